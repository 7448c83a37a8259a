import { encodePublish, Framer, PublishView } from '@mote/codec';
import { afterEach, expect, test } from 'vitest';
import { hex } from './support/bytes.ts';
import { thrownBy } from './support/expect.ts';

// What a Framer takes of memory, and which chunks it still touches: what a caller may do with a chunk depends on that.

const { Uint8Array: Bytes, Symbol: Symbols } = globalThis;

afterEach(() => {
  globalThis.Uint8Array = Bytes;
  globalThis.Symbol = Symbols;
});

/** The sizes of the arrays that are made while `run` runs. */
function sizesMade(run: () => void): number[] {
  const sizes: number[] = [];
  globalThis.Uint8Array = new Proxy(Bytes, {
    construct(target, args) {
      if (typeof args[0] === 'number') sizes.push(args[0]);
      return Reflect.construct(target, args) as object;
    },
  });
  try {
    run();
  } finally {
    globalThis.Uint8Array = Bytes;
  }
  return sizes;
}

/** A chunk that its owner has given to somebody else: nothing is left of it here. */
function giveAway(chunk: Uint8Array): void {
  structuredClone(chunk, { transfer: [chunk.buffer as ArrayBuffer] });
}

test.each([
  [100, [128]],
  [128, [128]],
  [129, [128, 129]],
  [257, [128, 257]],
  [300, [128, 258, 300]],
])('a packet of %i bytes that comes byte by byte takes memory of these sizes: %j', (size, expected) => {
  const packet = encodePublish({ topicName: 't', payload: new Uint8Array(size - (size < 130 ? 5 : 6)) });
  expect(packet.length).toBe(size);
  const framer = new Framer();
  let found = 0;
  const sizes = sizesMade(() => {
    for (let at = 0; at < size; at++) {
      framer.push(packet, at, at + 1);
      if (framer.next()) found++;
    }
  });
  expect(found).toBe(1);
  expect(sizes).toEqual(expected);
});

test('a packet in one chunk, and one behind it, take no memory', () => {
  const framer = new Framer();
  const chunk = hex('c000 40020007');
  const sizes = sizesMade(() => {
    framer.push(chunk);
    expect(framer.next()?.type).toBe(12);
    expect(framer.next()?.type).toBe(4);
    expect(framer.next()).toBeUndefined();
  });
  expect(sizes).toEqual([]);
});

test('the rest of a packet leaves the packets behind it in their chunk', () => {
  const framer = new Framer();
  framer.push(hex('4002'));
  expect(framer.next()).toBeUndefined();
  const chunk = hex('0007 c000');
  framer.push(chunk);
  expect(framer.next()?.bytes).not.toBe(chunk);
  expect(framer.next()?.bytes).toBe(chunk);
});

test('a chunk that was read to its end is not touched again, though its packet is not whole', () => {
  const framer = new Framer();
  framer.push(hex('40'));
  expect(framer.next()).toBeUndefined();
  const second = hex('02');
  framer.push(second);
  expect(framer.next()).toBeUndefined();
  giveAway(second);
  framer.push(hex('0007'));
  expect(framer.next()).toMatchObject({ type: 4, flags: 0 });
});

test('chunks that come after an error are not touched', () => {
  const framer = new Framer();
  framer.push(hex('f000'));
  const error = thrownBy(() => framer.next());
  const chunk = hex('c000');
  framer.push(chunk);
  giveAway(chunk);
  framer.push(hex('c000'));
  expect(thrownBy(() => framer.next())).toBe(error);
});

test('an engine without Symbol has a Framer that is not iterable', () => {
  globalThis.Symbol = undefined as never;
  const framer = new Framer();
  globalThis.Symbol = Symbols;
  expect(framer[Symbol.iterator]).toBeUndefined();
  framer.push(hex('c000'));
  expect(framer.next()?.type).toBe(12);
});

test.each([126, 127, 128, 16_383, 16_384])('a body of %i bytes has its length in the shortest form', (size) => {
  const packet = encodePublish({ topicName: 't', payload: new Uint8Array(size - 3) });
  const framer = new Framer();
  framer.push(packet);
  const headerSize = size < 128 ? 2 : size < 16_384 ? 3 : 4;
  expect(framer.next()).toMatchObject({ start: headerSize, end: packet.length, headerSize });
});

test('a PublishView is empty before the first packet', () => {
  const { topicName, bytes, topicStart, topicEnd, payloadStart, payloadEnd, qos, dup, retain, packetId, payload } =
    new PublishView();
  expect([topicName, bytes.length, topicStart, topicEnd, payloadStart, payloadEnd, payload.length]).toEqual([
    '',
    0,
    0,
    0,
    0,
    0,
    0,
  ]);
  expect({ qos, dup, retain, packetId }).toEqual({ qos: 0, dup: false, retain: false, packetId: undefined });
});
