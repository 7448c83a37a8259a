import { decode, encodeConnect, encodePacket, preparePublish } from '@mote/codec';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { concat, hex, toHex } from './support/bytes.ts';
import { bytesOf, inVectorWords, malformed, valid, writtenOut } from './support/vectors.ts';

// Engines on devices have Uint8Array and little else.

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

describe.each([
  ['TextEncoder', { TextEncoder: undefined, TextDecoder: undefined, Buffer }],
  ['DataView', { DataView: undefined }],
  ['encodeInto', { TextEncoder: class {} }],
  ['all of them', { TextEncoder: undefined, DataView: undefined }],
])('without %s', (_title, globals) => {
  test('every vector has the same verdict and the same bytes', async () => {
    vi.resetModules();
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    const codec = await import('@mote/codec');
    for (const vector of valid.filter((each) => each.hex !== undefined)) {
      const bytes = bytesOf(vector);
      const packet = codec.decode(bytes);
      expect(inVectorWords(packet)).toEqual(writtenOut(vector.packet));
      expect(toHex(codec.encodePacket(packet))).toBe(toHex(bytes));
    }
    for (const vector of malformed) {
      const framer = new codec.Framer({ maxPacketSize: 268_435_460 });
      framer.push(bytesOf(vector));
      let verdict = 'incomplete';
      try {
        const frame = framer.next();
        if (frame) verdict = codec.decodePacket(frame) ? 'accept' : '';
      } catch (error) {
        expect(error).toBeInstanceOf(codec.DecodeError);
        verdict = 'reject';
      }
      expect([vector.expected, vector.also_ok]).toContain(verdict);
    }
    const text = 'sixteen units or more, with é';
    const prepared = codec.preparePublish({ topicName: text });
    const target = new Uint8Array(100);
    for (let time = 0; time < 3; time++) {
      const end = prepared.encodeInto(hex('01'), undefined, target, 0);
      expect(codec.decode(target.subarray(0, end))).toMatchObject({ topicName: text });
    }
  });
});

test('where an array takes nothing at its very end, as in Rhino, what fills its target is written', async () => {
  const set = Object.getPrototypeOf(Uint8Array.prototype).set;
  const strict = function (this: Uint8Array, from: ArrayLike<number>, at = 0) {
    if (at >= this.length) throw new RangeError('offset out of range');
    set.call(this, from, at);
  };
  Object.defineProperty(Uint8Array.prototype, 'set', { configurable: true, value: strict });
  try {
    for (const vector of valid.filter((each) => each.hex !== undefined)) {
      const bytes = bytesOf(vector);
      expect(toHex(encodePacket(decode(bytes)))).toBe(toHex(bytes));
    }
    const target = new Uint8Array(5);
    expect(preparePublish({ topicName: 'a' }).encodeInto(hex(''), undefined, target, 0)).toBe(5);
    expect(encodeConnect({ clientId: 'a', userName: 'b', password: hex('') }).length).toBe(20);
    expect(encodeConnect({ clientId: 'a', will: { topicName: 'w', message: hex('') } }).length).toBe(20);
  } finally {
    Reflect.deleteProperty(Uint8Array.prototype, 'set');
  }
});

test('where Symbol is missing, next() still gives every frame', async () => {
  const real = Symbol;
  vi.resetModules();
  // Missing for that file alone: the test runner cannot do without.
  Object.defineProperty(globalThis, 'Symbol', {
    configurable: true,
    get: () => (new Error().stack?.includes('codec/src/framer.ts') ? undefined : real),
  });
  const { Framer } = await import('@mote/codec');
  const framer = new Framer();
  Object.defineProperty(globalThis, 'Symbol', { configurable: true, writable: true, value: real });
  framer.push(concat(hex('c000'), hex('d000')));
  expect([framer.next()?.type, framer.next()?.type, framer.next()]).toEqual([12, 13, undefined]);
  expect(Symbol.iterator in framer).toBe(false);
});
