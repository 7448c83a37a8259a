import { encodeConnack, encodePublish, encodeSuback, encodeSubscribe } from '@mote/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hexOf } from '../../../packages/cli/src/packets/hex.ts';
import { readContent, readWords } from '../../../packages/cli/src/packets/read-content.ts';
import { joined } from '../../../packages/cli/src/packets/reading.ts';

const text = fc.stringMatching(/^[ -~]{1,40}$/);
const topic = fc.stringMatching(/^[a-z0-9/ ]{1,20}$/);
const packet: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc
    .constantFrom(0, 1, 2, 3, 4, 5)
    .map((returnCode) => encodeConnack({ returnCode: returnCode as 0, sessionPresent: false })),
  fc
    .tuple(topic, text)
    .map(([topicName, payload]) => encodePublish({ topicName, payload: new TextEncoder().encode(payload) })),
  fc
    .tuple(topic, fc.uint8Array({ maxLength: 80 }))
    .map(([topicName, payload]) => encodePublish({ topicName, payload })),
  fc
    .tuple(fc.integer({ min: 1, max: 65_535 }), topic)
    .map(([packetId, topicFilter]) => encodeSubscribe({ packetId, subscriptions: [{ topicFilter, qos: 1 }] })),
  fc.integer({ min: 1, max: 65_535 }).map((packetId) => encodeSuback({ packetId, returnCodes: [0, 1, 2, 0x80] })),
);
const packets = fc.array(packet, { minLength: 1, maxLength: 4 }).map((parts) => joined(parts));

const pairs = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
const printable = (byte: number) => (byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : '.');
const rows = (bytes: Uint8Array, width: number, row: (part: Uint8Array, at: number) => string) =>
  Array.from({ length: Math.ceil(bytes.length / width) }, (_, index) =>
    row(bytes.subarray(index * width, (index + 1) * width), index * width),
  ).join('\n');
const offset = (at: number, digits: number, radix = 16) => at.toString(radix).padStart(digits, '0');
const escaped = (bytes: Uint8Array, other: (byte: number) => string) =>
  Array.from(bytes, (byte) =>
    byte > 0x1f && byte < 0x7f && byte !== 0x22 && byte !== 0x5c && byte !== 0x27
      ? String.fromCharCode(byte)
      : other(byte),
  ).join('');
const octal = (byte: number) => `\\${byte.toString(8).padStart(3, '0')}`;
const words = (part: Uint8Array) =>
  Array.from({ length: Math.ceil(part.length / 2) }, (_, at) => (part[2 * at] ?? 0) | ((part[2 * at + 1] ?? 0) << 8));

/** Formats that code can write; those of tools are recorded in fixtures/. */
const WRITERS: Readonly<Record<string, (bytes: Uint8Array) => string>> = {
  hex: (bytes) => hexOf(bytes),
  'hex in capitals': (bytes) => hexOf(bytes).toUpperCase(),
  'hex with spaces': (bytes) => pairs(bytes).join(' '),
  'hex with colons': (bytes) => pairs(bytes).join(':'),
  'hex with dashes': (bytes) => pairs(bytes).join('-'),
  'hex with 0x': (bytes) =>
    pairs(bytes)
      .map((pair) => `0x${pair}`)
      .join(', '),
  'hex with \\x': (bytes) =>
    pairs(bytes)
      .map((pair) => `\\x${pair}`)
      .join(''),
  'hex in lines of 16': (bytes) => rows(bytes, 16, (part) => pairs(part).join(' ')),
  base64: (bytes) => Buffer.from(bytes).toString('base64'),
  base64url: (bytes) => Buffer.from(bytes).toString('base64url'),
  'base64 wrapped': (bytes) => rows(bytes, 48, (part) => Buffer.from(part).toString('base64')),
  'C array': (bytes) =>
    `const uint8_t packet[${bytes.length}] = {\n${rows(
      bytes,
      12,
      (part) =>
        `  ${pairs(part)
          .map((pair) => `0x${pair}`)
          .join(', ')},`,
    )}\n};`,
  'Go slice': (bytes) => `[${bytes.join(' ')}]`,
  'Java list': (bytes) => `[${new Int8Array(bytes).join(', ')}]`,
  'Java array': (bytes) =>
    `new byte[] {${pairs(bytes)
      .map((pair) => `(byte) 0x${pair}`)
      .join(', ')}}`,
  'JavaScript array': (bytes) => `Uint8Array(${bytes.length}) [ ${bytes.join(', ')} ]`,
  'JSON of a Buffer': (bytes) => JSON.stringify(Buffer.from(bytes)),
  'Python bytes': (bytes) => `b"${escaped(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`)}"`,
  'C string, octal': (bytes) => `"${escaped(bytes, octal)}"`,
  'JSON string': (bytes) => `"${escaped(bytes, (byte) => `\\u${byte.toString(16).padStart(4, '0')}`)}"`,
  'Erlang binary': (bytes) => `<<${bytes.join(',')}>>`,
  'a log line': (bytes) => `I (4021) mqtt: ${pairs(bytes).join(' ')}`,
  'log lines of 16': (bytes) => rows(bytes, 16, (part) => `I (4021) mqtt: ${pairs(part).join(' ')}`),
  xxd: (bytes) =>
    rows(
      bytes,
      16,
      (part, at) =>
        `${offset(at, 8)}: ${(hexOf(part).match(/.{1,4}/g) ?? []).join(' ').padEnd(39)}  ${Array.from(part, printable).join('')}`,
    ),
  'hexdump -C': (bytes) =>
    `${rows(bytes, 16, (part, at) => `${offset(at, 8)}  ${pairs(part.subarray(0, 8)).join(' ').padEnd(23)}  ${pairs(part.subarray(8)).join(' ').padEnd(23)}  |${Array.from(part, printable).join('')}|`)}\n${offset(bytes.length, 8)}`,
  hexdump: (bytes) =>
    `${rows(
      bytes,
      16,
      (part, at) =>
        `${offset(at, 7)} ${words(part)
          .map((word) => offset(word, 4))
          .join(' ')}`,
    )}\n${offset(bytes.length, 7)}`,
  od: (bytes) =>
    `${rows(
      bytes,
      16,
      (part, at) =>
        `${offset(at, 7, 8)} ${words(part)
          .map((word) => offset(word, 6, 8))
          .join(' ')}`,
    )}\n${offset(bytes.length, 7, 8)}`,
  'od -t x1': (bytes) =>
    `${rows(bytes, 16, (part, at) => `${offset(at, 7, 8)} ${pairs(part).join(' ')}`)}\n${offset(bytes.length, 7, 8)}`,
  Wireshark: (bytes) =>
    rows(
      bytes,
      16,
      (part, at) => `${offset(at, 4)}   ${pairs(part).join(' ').padEnd(47)}   ${Array.from(part, printable).join('')}`,
    ),
  'Wireshark without characters': (bytes) =>
    rows(bytes, 16, (part, at) => `${offset(at, 4)}   ${pairs(part).join(' ')}`),
  'a capture of ours': (bytes) =>
    JSON.stringify({ time: '2026-01-02T03:04:05.678Z', direction: 'sent', bytes: hexOf(bytes) }),
}; // prettier-ignore

describe('bytes of any packets come back from', () => {
  test.each(Object.entries(WRITERS))('%s', (_format, write) => {
    fc.assert(
      fc.property(packets, (bytes) => {
        expect(hexOf(joined(readWords(write(bytes)).pieces.map((piece) => piece.bytes)))).toBe(hexOf(bytes));
      }),
      // `db` is a byte here, and no directive of an assembler: once all before it was left out.
      { examples: [[Buffer.from('300400012fdb8206000100016101', 'hex')]] },
    );
  });

  test('a binary file', () => {
    fc.assert(
      fc.property(packets, (bytes) => {
        expect(hexOf(joined(readContent(bytes).pieces.map((piece) => piece.bytes)))).toBe(hexOf(bytes));
      }),
    );
  });

  test('any of them in UTF-16 and with the line ends of Windows', () => {
    fc.assert(
      fc.property(packets, fc.constantFrom(...Object.values(WRITERS)), (bytes, write) => {
        const content = Buffer.from(`\ufeff${write(bytes).replaceAll('\n', '\r\n')}\r\n`, 'utf16le');
        expect(hexOf(joined(readContent(content).pieces.map((piece) => piece.bytes)))).toBe(hexOf(bytes));
      }),
    );
  });
});

test('any text gives bytes or a reason, never another error', () => {
  const pieces = fc.constantFrom(
    '20 02',
    '0x',
    '[',
    ']',
    '{',
    '"',
    "b'",
    '\\x',
    '\\',
    ',',
    ' ',
    '\n',
    '0000  ',
    '00000000: ',
    '*',
    '|',
    '<Buffer ',
    '...',
    ' more bytes>',
    'TX: ',
    '{"bytes":',
    '"data":[',
    '=',
    '%',
    '32',
    '-1',
    '(byte)',
    '/*',
    '//',
  ); // prettier-ignore
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(pieces).map((parts) => parts.join('')),
      ),
      (input) => {
        try {
          readWords(input);
        } catch (error) {
          expect((error as Error).name).toBe('InputError');
        }
      },
    ),
    { numRuns: 3000 },
  );
});

// Growth is what is asked, not speed: sixteen times the text may take at most forty times the work of this thread.
describe('time grows with the length of the text, not with its square:', () => {
  const HOSTILE: Readonly<Record<string, (size: number) => string>> = {
    'offsets in one line': (length) => ': 0000 00 00 '.repeat(length / 13),
    'open brackets': (size) => '['.repeat(size),
    'lists without an end': (size) => '[1, '.repeat(size / 4),
    'quotes without an end': (size) => `${'"a\\x20'.repeat(size / 6)}"`,
    'bytes and a word': (size) => `x: ${'20 '.repeat(size / 3)}zz`,
    'short lines': (size) => 'c000\n'.repeat(size / 5),
    'lines of a log': (size) => 'I (4021) mqtt: 20 02 00 05\n'.repeat(size / 27),
    'rows of a dump': (size) =>
      Array.from(
        { length: size / 70 },
        (_, row) => `${offset(row * 16, 8)}: ${'3030 '.repeat(8)} ${'0'.repeat(16)}`,
      ).join('\n'),
    'rows that begin anew': (size) => '0000   30 05 00 03 61 2f 62   0...a/b\n'.repeat(size / 40),
    'angle brackets': (size) => '<20 '.repeat(size / 4),
    'comments without an end': (size) => '/* '.repeat(size / 3),
    words: (size) => 'hello world '.repeat(size / 12),
  }; // prettier-ignore
  const work = (input: string): number => {
    const started = process.cpuUsage();
    try {
      readWords(input);
    } catch {
      // A refusal takes its time as well.
    }
    const { user, system } = process.cpuUsage(started);
    return user + system;
  };
  test.each(Object.entries(HOSTILE))('%s', (_kind, make) => {
    const [small, large] = [make(6_000), make(96_000)];
    work(small);
    const base = Math.min(work(small), work(small), work(small), work(small));
    expect(Math.min(work(large), work(large))).toBeLessThan(40 * Math.max(base, 2_000));
  });
});
