import { encodePacket } from '@mote/codec';
import { annotate, type Span } from '@mote/codec/annotate';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packet } from './support/arbitraries.ts';
import { concat, hex, toHex } from './support/bytes.ts';
import { read } from './support/read.ts';
import { bytesOf, malformed, valid } from './support/vectors.ts';

const lines = (digits: string) =>
  annotate(hex(digits)).map(
    ({ start, end, field, value, error }) =>
      `${start}-${end} ${field}: ${value instanceof Uint8Array ? toHex(value) : value}${error ? ` ! ${error.code} ${error.offset}` : ''}`,
  );

function expectPartition(spans: readonly Span[], bytes: Uint8Array): void {
  let at = 0;
  for (const span of spans) {
    expect(span.start).toBe(at);
    expect(span.end).toBeGreaterThan(at);
    at = span.end;
  }
  expect(at).toBe(bytes.length);
}

test('every byte of a CONNECT has a name', () => {
  expect(lines('102000044d51545404f4003c00056465762d310003772f7400026279000175000170')).toEqual([
    '0-1 Control Packet: CONNECT',
    '1-2 Remaining Length: 32',
    '2-4 Protocol Name length: 4',
    '4-8 Protocol Name: MQTT',
    '8-9 Protocol Level: 4',
    '9-10 Connect Flags: 244',
    '10-12 Keep Alive: 60',
    '12-14 Client Identifier length: 5',
    '14-19 Client Identifier: dev-1',
    '19-21 Will Topic length: 3',
    '21-24 Will Topic: w/t',
    '24-26 Will Message length: 2',
    '26-28 Will Message: 6279',
    '28-30 User Name length: 1',
    '30-31 User Name: u',
    '31-33 Password length: 1',
    '33-34 Password: 70',
  ]);
});

test.each([
  [
    '3d 08 0001 61 0007 68 69 21',
    [
      '0-1 Control Packet: PUBLISH, QoS 2, DUP, RETAIN',
      '1-2 Remaining Length: 8',
      '2-4 Topic Name length: 1',
      '4-5 Topic Name: a',
      '5-7 Packet Identifier: 7',
      '7-10 Application Message: 686921',
    ],
  ],
  [
    '30 03 0001 61',
    ['0-1 Control Packet: PUBLISH, QoS 0', '1-2 Remaining Length: 3', '2-4 Topic Name length: 1', '4-5 Topic Name: a'],
  ],
  [
    '30 06 0001 61 686921',
    [
      '0-1 Control Packet: PUBLISH, QoS 0',
      '1-2 Remaining Length: 6',
      '2-4 Topic Name length: 1',
      '4-5 Topic Name: a',
      '5-8 Application Message: 686921',
    ],
  ],
  [
    '20 02 0100',
    [
      '0-1 Control Packet: CONNACK',
      '1-2 Remaining Length: 2',
      '2-3 Connect Acknowledge Flags: 1',
      '3-4 Connect Return code: 0',
    ],
  ],
  [
    '82 06 0001 0001 2b 01',
    [
      '0-1 Control Packet: SUBSCRIBE, flags 2',
      '1-2 Remaining Length: 6',
      '2-4 Packet Identifier: 1',
      '4-6 Topic Filter length: 1',
      '6-7 Topic Filter: +',
      '7-8 Requested QoS: 1',
    ],
  ],
  [
    '90 04 0001 00 80',
    [
      '0-1 Control Packet: SUBACK',
      '1-2 Remaining Length: 4',
      '2-4 Packet Identifier: 1',
      '4-5 Return code: 0',
      '5-6 Return code: 128',
    ],
  ],
  [
    'a2 05 0001 0001 61',
    [
      '0-1 Control Packet: UNSUBSCRIBE, flags 2',
      '1-2 Remaining Length: 5',
      '2-4 Packet Identifier: 1',
      '4-6 Topic Filter length: 1',
      '6-7 Topic Filter: a',
    ],
  ],
  ['b0 02 0102', ['0-1 Control Packet: UNSUBACK', '1-2 Remaining Length: 2', '2-4 Packet Identifier: 258']],
  ['c0 808000', ['0-1 Control Packet: PINGREQ', '1-4 Remaining Length: 0']],
])('%s', (digits, expected) => {
  expect(lines(digits)).toEqual(expected);
});

test.each([
  [
    'U+0000 is in the topic; what follows the packet is not read',
    '30050003610062 c000',
    ['4-7 Topic Name: 610062 ! bad-string 5', '7-9 not read: c000'],
  ],
  [
    'a length that is none',
    '30ffffffff0000',
    ['1-5 Remaining Length: ffffffff ! malformed-length 4', '5-7 not read: 0000'],
  ],
  ['a type that is none', 'f000', ['0-1 Control Packet: type 15 ! bad-packet-type 0', '1-2 Remaining Length: 0']],
  [
    'a body that is too long',
    '4003000100',
    ['1-2 Remaining Length: 3 ! trailing-bytes 1', '2-4 Packet Identifier: 1', '4-5 surplus bytes: 00'],
  ],
  ['a topic that reaches too far', '30040005 6162', ['2-4 Topic Name length: 5 ! truncated 2', '4-6 Topic Name: ab']],
  ['half a topic length', '300100', ['2-3 Topic Name length: 0 ! truncated 2']],
  [
    'bytes behind a CONNECT that announced no will, no user name and no password',
    '1014 00044d51545404 02 003c 000163 00026162 000163',
    [
      '12-14 Client Identifier length: 1',
      '14-15 Client Identifier: c',
      '15-22 surplus bytes: 00026162000163 ! trailing-bytes 15',
    ],
  ],
  [
    'a length of which more is to come',
    '3080',
    ['0-1 Control Packet: PUBLISH, QoS 0', '1-2 Remaining Length: 80 ! truncated 2'],
  ],
  ['a packet that is not all there', 'c0', ['0-1 Control Packet: PINGREQ ! truncated 1']],
  [
    'another protocol level',
    '100a 00044d515454 05 020000',
    ['8-9 Protocol Level: 5 ! bad-protocol 8', '9-12 fields of another protocol: 020000'],
  ],
  ['ill-formed UTF-8 is shown as bytes', '30040002 c328', ['4-6 Topic Name: c328 ! bad-string 4']],
])('a malformed byte carries its error: %s', (_title, digits, expected) => {
  expect(lines(digits).slice(-expected.length)).toEqual(expected);
});

test('the error is the decoder’s own, its offset counted from its packet', () => {
  const [error] = annotate(hex('c000 9003000103')).flatMap((span) => span.error ?? []);
  expect(error).toMatchObject({ name: 'DecodeError', code: 'bad-return-code', offset: 4, statement: 'MQTT-3.9.3-2' });
});

test('the largest Remaining Length of one byte, and the smallest of two', () => {
  const message = (size: number) => '00'.repeat(size);
  expect(lines(`307f 0001 61 ${message(124)}`)[1]).toBe('1-2 Remaining Length: 127');
  expect(lines(`308001 0001 61 ${message(125)}`)[1]).toBe('1-3 Remaining Length: 128');
});

test('no bytes, no spans', () => {
  expect(annotate(new Uint8Array(0))).toEqual([]);
});

describe('the spans partition the input exactly', () => {
  test('for every vector, and the verdict is the decoder’s', () => {
    for (const vector of [...malformed, ...valid]) {
      const bytes = bytesOf(vector);
      const spans = annotate(bytes);
      expectPartition(spans, bytes);
      const errors = spans.filter((span) => span.error);
      expect(errors.length).toBe(read([bytes]).kind === 'accept' ? 0 : 1);
    }
  });

  test('for any bytes, and for valid packets with a byte changed', () => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    const packets = fc.array(packet, { maxLength: 3 }).map((sent) => concat(...sent.map(encodePacket)));
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 80 }), packets),
        fc.nat(),
        fc.nat({ max: 255 }),
        (bytes, where, change) => {
          if (bytes.length > 0) bytes[where % bytes.length]! ^= change;
          const spans = annotate(bytes);
          expectPartition(spans, bytes);
          for (const { error, start, end } of spans) {
            if (error) expect(error.offset).toBeGreaterThanOrEqual(0);
            expect(end).toBeGreaterThan(start);
          }
        },
      ),
      { numRuns: 1000 },
    );
    Error.stackTraceLimit = limit;
  });
});
