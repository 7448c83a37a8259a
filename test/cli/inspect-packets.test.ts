import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { fieldPaintFor } from '../../packages/cli/src/inspect/field-paint.ts';
import { packetPage } from '../../packages/cli/src/inspect/packet-page.ts';
import { bytesOfHex, hexOf } from '../../packages/cli/src/packets/hex.ts';
import { inspect } from '../../packages/cli/src/packets/inspected-packet.ts';
import { readWords } from '../../packages/cli/src/packets/read-content.ts';
import { STATEMENTS } from '../../packages/cli/src/packets/statements.ts';
import { Output } from '../../packages/cli/src/terminal/output.ts';
import { paintFor } from '../../packages/cli/src/terminal/paint.ts';
import malformed from '../vectors/malformed.json' with { type: 'json' };
import valid from '../vectors/valid.json' with { type: 'json' };

const of = (hex: string) => inspect([{ bytes: bytesOfHex(hex.replace(/\s+/g, '')) }]);
const refused = malformed.entries.filter(
  ({ expected, level, layer }) => expected === 'reject' && level === 'must' && layer === 'codec',
);

function source(folder: string): string {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map(({ parentPath, name }) => readFileSync(`${parentPath}/${name}`, 'utf8'))
    .join('\n');
}

test('every statement that the codec can name has a sentence', () => {
  // Without comments, which name what a caller has to do as well.
  const codec = source(fileURLToPath(new URL('../../packages/codec/src', import.meta.url))).replace(
    /\/\*[\s\S]*?\*\/|\/\/.*$/gm,
    '',
  );
  const named = new Set(
    Array.from(codec.matchAll(/(?:'|MQTT-)(\d\.\d+\.\d-\d+)\b/g), ([, number]) => `MQTT-${number}`),
  );
  expect(named.size).toBeGreaterThan(30);
  expect([...named].filter((statement) => !Object.hasOwn(STATEMENTS, statement))).toEqual([]);
});

test.each(valid.entries.filter(({ hex }) => hex !== undefined).map(({ name, hex }) => [name, hex]))(
  '%s is valid, and its fields cover each byte once',
  (_name, hex) => {
    const packets = of(hex!);
    expect(packets.map(({ fault }) => fault)).toEqual([undefined]);
    const [packet] = packets;
    const covered = packet!.fields.map(({ start, end }) => hexOf(packet!.bytes.subarray(start, end))).join('');
    expect(covered).toBe(hex!.toLowerCase());
  },
);

test.each(refused.map(({ name, hex, ref }) => [name, ref, hex]))(
  '%s (%s) is marked as malformed within its bytes',
  (_name, _ref, hex) => {
    const packets = of(hex!);
    const wrong = packets.filter(({ fault }) => fault !== undefined);
    expect(wrong.length).toBeGreaterThan(0);
    for (const { fault, bytes, fields } of wrong) {
      expect(fault?.offset).toBeLessThanOrEqual(bytes.length);
      expect(fields.filter((field) => field.fault !== undefined)).toHaveLength(1);
      expect(fault?.problem).toBeTruthy();
      expect(fault?.rule).toBeTruthy();
    }
  },
);

test('a malformed packet does not hide the ones behind it', () => {
  const packets = of(`c000 3605${'0003612f62'} d000`);
  expect(packets.map(({ name, fault }) => [name, fault?.code])).toEqual([
    ['PINGREQ', undefined],
    ['PUBLISH', 'bad-qos'],
    ['PINGRESP', undefined],
  ]);
  expect(packets.map(({ offset }) => offset)).toEqual([0, 2, 9]);
});

test('what peers of Microsoft put on the wire is valid, packet by packet', () => {
  const transcript = readFileSync(
    new URL('../vectors/transcripts/node-sdk.ok.mqttws.sas.txt', import.meta.url),
    'utf8',
  );
  const packets = inspect(readWords(transcript).pieces);
  expect(packets.map(({ name, from }) => `${from} ${name}`).slice(0, 4)).toEqual([
    'device CONNECT',
    'service CONNACK',
    'device SUBSCRIBE',
    'service SUBACK',
  ]);
  expect(packets.filter(({ fault }) => fault !== undefined)).toEqual([]);
});

/** What the terminal gets. */
function written(lines: readonly string[]): string {
  let text = '';
  new Output({ write: (chunk: string) => (text += chunk) } as unknown as NodeJS.WritableStream).lines(lines);
  return text;
}

const linesOf = (...given: Parameters<typeof packetPage>) => packetPage(...given).map(({ text }) => text);

describe('values', () => {
  test('that a terminal would obey or hide are written out', () => {
    const [packet] = of('30080003 612f62 1b5b6d');
    const text = written(linesOf(packet!, { paint: paintFor({}), fieldPaint: fieldPaintFor({}), full: false }));
    expect(text).toContain('1b 5b 6d');
    expect(text).not.toContain('\x1b');
  });
});

describe('a page of a packet', () => {
  const [bad] = of('36 05 00 03 61 2f 62');
  const render = (screen: { isTTY?: boolean }, environment: Record<string, string> = {}) =>
    written(
      linesOf(bad!, {
        paint: paintFor(screen, environment),
        fieldPaint: fieldPaintFor(screen, environment),
        full: false,
      }),
    );

  test('names the malformed byte, the code, the statement and what it asks for', () => {
    expect(render({})).toContain('byte 0 (0x00): a quality of service that does not exist [bad-qos]');
    expect(render({})).toContain('MQTT-3.3.1-4 The two QoS bits are never both 1');
  });

  test('marks that byte by itself on a terminal', () => {
    expect(render({ isTTY: true })).toContain('\x1b[97;41m36\x1b[0m');
  });

  test('has no escape sequence where NO_COLOR is set, on a dumb terminal or in a pipe', () => {
    for (const text of [
      render({ isTTY: true }, { NO_COLOR: '1' }),
      render({ isTTY: true }, { TERM: 'dumb' }),
      render({}),
    ]) {
      expect(text).not.toContain('\x1b');
    }
  });

  test('shows the first row of a long field, or with --full all of it', () => {
    const [long] = of(`30 40 00 01 61 ${'62'.repeat(61)}`);
    const page = (full: boolean) =>
      written(linesOf(long!, { paint: paintFor({}), fieldPaint: fieldPaintFor({}), full }));
    expect(page(false)).toContain('…');
    expect(page(true).match(/\b62\b/g)).toHaveLength(61);
  });
});
