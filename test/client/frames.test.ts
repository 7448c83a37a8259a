import { TransportError } from '@mote/client';
import { explain } from '@mote/client/explain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFrame } from '../../packages/client/src/transport/websocket/frame.ts';
import { frameReader } from '../../packages/client/src/transport/websocket/frame-reader.ts';
import vectors from '../vectors/websocket.json' with { type: 'json' };
import { ClientFrames, serverFrame } from './hostile/web-socket-peer.ts';

// The framing of WebSocket without a socket: what a server's bytes mean however they are cut, and how ours look.

interface Heard {
  data: string;
  readonly pings: string[];
  readonly ends: (readonly [closeCode: number, reason: Error])[];
}

function hear(chunks: readonly Uint8Array[]): Heard {
  const heard: Heard = { data: '', pings: [], ends: [] };
  const push = frameReader({
    data(bytes) {
      expect(bytes.length, 'data without bytes').toBeGreaterThan(0);
      expect(heard.ends, 'data behind the end').toEqual([]);
      heard.data += hex(bytes);
    },
    ping(payload) {
      expect(heard.ends, 'a ping behind the end').toEqual([]);
      heard.pings.push(hex(payload));
    },
    ended: (closeCode, reason) => heard.ends.push([closeCode, reason]),
  });
  for (const chunk of chunks) push(chunk);
  return heard;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => Buffer.from(text, 'hex');
const oneByOne = (text: string): Uint8Array[] => [...bytes(text)].map((byte) => Uint8Array.of(byte));
/** What the full entry says of it. */
const sentenceOf = ({ message, reason }: Error & { readonly reason?: string }): string =>
  explain({ code: 'protocol-violation', message, reason }).message;
const refused = (text: string): unknown => hear([bytes(text)]).ends.map(([code, reason]) => [code, reason.message]);

test('the data of all frames in a chunk come at once, so that what reads them can judge how much came', () => {
  const frame = fc.record({ size: fc.constantFrom(0, 1, 2, 125, 126, 300, 70_000), ping: fc.boolean() });
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 8 }), fc.nat(200_000), (frames, cut) => {
      const contents = frames.map(({ size }, index) => Buffer.alloc(size, index + 1));
      const stream = Buffer.concat(
        frames.flatMap(({ ping }, index) => [
          ...(ping ? [serverFrame(Buffer.from('p'), 9)] : []),
          serverFrame(contents[index]!),
        ]),
      );
      const chunks = [stream.subarray(0, cut), stream.subarray(cut)].filter(({ length }) => length > 0);
      const heard: Buffer[][] = [];
      const push = frameReader({
        data: (part) => heard.at(-1)!.push(Buffer.from(part)),
        ping() {},
        ended: (_code, reason) => expect.unreachable(String(reason)),
      });
      for (const chunk of chunks) {
        heard.push([]);
        push(chunk);
        expect(heard.at(-1)!.length).toBeLessThan(2);
      }
      expect(Buffer.concat(heard.flat()).equals(Buffer.concat(contents))).toBe(true);
    }),
  );
});

describe.each([
  ['in one piece', (text: string) => [bytes(text)]],
  ['byte by byte', oneByOne],
])('%s', (_how, cut) => {
  test.each(vectors.frames.filter(({ hex: text }) => text !== '<FIN>'))(
    'a frame of the server, $name: $expected',
    ({ hex: text, expected, closeCode }) => {
      const { ends } = hear(cut(text));
      if (expected === 'accept') expect(ends).toEqual([]);
      else expect(ends.map(([code]) => code)).toEqual([closeCode === 1005 ? 1000 : closeCode]);
      for (const [, reason] of ends) expect(reason instanceof TransportError).toBe(expected === 'fail');
    },
  );

  // What stands behind it is not heard: a PING, and another of the same.
  test.each([
    ['c200', 1002, 'a reserved bit is set'],
    ['a200', 1002, 'a reserved bit is set'],
    ['9200', 1002, 'a reserved bit is set'],
    ['8300', 1002, 'an opcode is reserved'],
    ['8700', 1002, 'an opcode is reserved'],
    ['8b00', 1002, 'an opcode is reserved'],
    ['0900', 1002, 'a control frame is fragmented'],
    ['0a00', 1002, 'a control frame is fragmented'],
    ['0800', 1002, 'a control frame is fragmented'],
    ['8100', 1003, 'a text frame [MQTT-6.0.0-1]'],
    ['0100', 1003, 'a text frame [MQTT-6.0.0-1]'],
    ['8000', 1002, 'a message is not continued, or never began'],
    ['02000200', 1002, 'a message is not continued, or never began'],
    ['020080008000', 1002, 'a message is not continued, or never began'],
    ['8280', 1002, 'a frame of the server is masked'],
    ['82ff', 1002, 'a frame of the server is masked'],
    ['897e', 1002, 'a control frame of more than 125 bytes'],
    ['887f', 1002, 'a control frame of more than 125 bytes'],
    ['827e007d', 1002, 'a length is not in its shortest form, or has its highest bit set'],
    ['827f000000000000ffff', 1002, 'a length is not in its shortest form, or has its highest bit set'],
    ['827f8000000000000000', 1002, 'a length is not in its shortest form, or has its highest bit set'],
    ['827fffffffffffffffff', 1002, 'a length is not in its shortest form, or has its highest bit set'],
    ['827f0000000000100001', 1009, 'a frame of more than 1 MB'],
    ['827f0000000100000000', 1009, 'a frame of more than 1 MB'],
    ['827f7fffffffffffffff', 1009, 'a frame of more than 1 MB'],
    ['880103', 1002, 'a close code that may not be on the wire'],
    ['8805 03ef c3a9 ff'.replaceAll(' ', ''), 1007, 'the reason of a close is no UTF-8'],
  ])('%s is closed with %i: %s', (text, closeCode, message) => {
    const { ends, pings, data } = hear([...cut(text), ...cut('8900'), ...cut(text)]);
    expect(ends).toMatchObject([[closeCode, { kind: 'violation', stage: 'upgrade' }]]);
    expect(sentenceOf(ends[0]![1])).toBe(`WebSocket: ${message}`);
    expect([pings, data]).toEqual([[], '']);
  });
});

test.each([
  [1000, true],
  [1003, true],
  [1007, true],
  [1014, true],
  [3000, true],
  [3999, true],
  [4999, true],
  [0, false],
  [999, false],
  [1004, false],
  [1005, false],
  [1006, false],
  [1015, false],
  [1100, false],
  [2999, false],
  [5000, false],
  [10_000, false],
  [31_000, false],
  [65_535, false],
])('close code %i: %s', (code, allowed) => {
  const [[closeCode, reason]] = hear([serverFrame(Uint8Array.of(code >> 8, code & 255), 8)]).ends as [[number, Error]];
  expect([closeCode, sentenceOf(reason)]).toEqual(
    allowed ? [code, `WebSocket close code ${code}`] : [1002, 'WebSocket: a close code that may not be on the wire'],
  );
});

test('a close without code is answered as a normal one, and may give a reason with one', () => {
  expect(refused('8800')).toEqual([[1000, 'WebSocket close code 1000']]);
  expect(refused('880703e9c3bcc3a4 00'.replace(' ', ''))).toEqual([[1001, 'WebSocket close code 1001']]);
});

test('a frame may have a mebibyte, and is handed on as it comes', () => {
  const heard = hear([bytes('827f0000000000100000'), new Uint8Array(1000).fill(7)]);
  expect(heard).toEqual({ data: '07'.repeat(1000), pings: [], ends: [] });
});

/** Frames of a good server, and what they say: fragmented messages, with control frames in between. */
const fragment = fc.record({
  payload: fc.oneof(fc.uint8Array({ maxLength: 4 }), fc.uint8Array({ minLength: 124, maxLength: 130, size: 'max' })),
  last: fc.boolean(),
  ping: fc.option(fc.uint8Array({ maxLength: 125, size: 'max' })),
  pong: fc.boolean(),
});

test('whatever a good server sends is heard, however the stream was cut', () => {
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 8 }), fc.array(fc.nat(400), { maxLength: 12 }), (fragments, cuts) => {
      let inMessage = false;
      let at = 0;
      /** Payload of each ping, and where in the stream it ends. */
      const pings: (readonly [end: number, payload: string])[] = [];
      const frames = fragments.flatMap(({ payload, last, ping, pong }) => {
        const frame = serverFrame(payload, inMessage ? 0 : 2);
        inMessage = !last;
        if (!last) frame[0]! &= 0x7f;
        const control = ping === null ? Buffer.alloc(0) : serverFrame(ping, 9);
        if (ping !== null) pings.push([at + control.length, hex(ping)]);
        const all = [control, ...(pong ? [serverFrame(Uint8Array.of(1, 2, 3), 10)] : []), frame];
        at += Buffer.concat(all).length;
        return all;
      });
      const stream = Buffer.concat(frames);
      const edges = [...new Set([0, ...cuts.filter((at) => at < stream.length), stream.length])].sort((a, b) => a - b);
      const heard = hear(edges.slice(1).map((end, i) => stream.subarray(edges[i], end)));
      // Of those that end in one chunk, the last is answered.
      const chunkOf = (end: number): number => edges.findIndex((edge) => edge >= end);
      const answered = pings.filter(([end], i) => chunkOf(end) !== chunkOf(pings[i + 1]?.[0] ?? Infinity));
      expect(heard).toEqual({
        data: hex(Buffer.concat(fragments.map(({ payload }) => payload))),
        pings: answered.map(([, payload]) => payload),
        ends: [],
      });
    }),
    { numRuns: 300, seed: 20261123 },
  );
});

test('of the pings in one chunk the last is answered, and none in front of an end', () => {
  expect(hear([bytes('890131890132'), bytes('890133')]).pings).toEqual(['32', '33']);
  expect(hear([bytes('890131'), bytes('880203e8')]).pings).toEqual(['31']);
  expect(hear([bytes('890131880203e8')])).toMatchObject({ pings: [], ends: [[1000, expect.any(Error)]] });
});

test('the masked frame of RFC 6455 5.7 is ours', () => {
  expect(hex(encodeFrame(1, Buffer.from('Hello'), bytes('37fa213d')))).toBe('818537fa213d7f9f4d5158');
  expect(hex(encodeFrame(10, new Uint8Array(), bytes('00000000')))).toBe('8a8000000000');
});

test.each([
  [125, '82fd'],
  [126, '82fe007e'],
  [65_535, '82feffff'],
  [65_536, '82ff0000000000010000'],
])('a frame of %i bytes has its length in the shortest form, and comes out again', (length, header) => {
  const payload = Uint8Array.from({ length }, (_, i) => i * 7);
  const frame = encodeFrame(2, payload, bytes('a1b2c3d4'));
  expect(hex(frame.subarray(0, header.length / 2))).toBe(header);
  const reader = new ClientFrames();
  expect(reader.push(frame)).toEqual([{ opcode: 2, payload: Buffer.from(payload), mask: 'a1b2c3d4' }]);
  expect(reader.faults).toEqual([]);
});
