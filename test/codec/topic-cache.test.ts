import { encodePublish, Framer, PublishView } from '@mote/codec';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { concat, hex } from './support/bytes.ts';

// A PublishView makes the text of a topic once, since a subscriber hears of the same few topics for ever. That it is not made
// again is seen by who asks for characters; that it is never the text of another topic is what must hold.

let view: PublishView;
let behind: Uint8Array;

beforeEach(() => {
  view = new PublishView();
  behind = hex('');
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const payload = new Uint8Array(3);
const packetOf = (topicName: string) => concat(encodePublish({ topicName, payload }), behind);
const letters = (count: number) => Array.from({ length: count }, (_, i) => String.fromCharCode(97 + (i % 26))).join('');

/** The topic of the first packet in `chunk`, `at` bytes behind its beginning. */
function read(chunk: Uint8Array, at = 0): string {
  const framer = new Framer();
  framer.push(chunk, at);
  const frame = framer.next();
  if (!frame) throw new Error('no whole packet');
  return view.read(frame).topicName;
}

/** Reads each topic and returns how many of them were made into text. */
function madeOf(chunks: readonly Uint8Array[]): number {
  const make = vi.spyOn(String, 'fromCharCode');
  let made = 0;
  for (const chunk of chunks) {
    make.mockClear();
    read(chunk);
    if (make.mock.calls.length > 0) made++;
  }
  make.mockRestore();
  return made;
}

const readTimes = (times: number, topicName: string) => {
  const chunk = packetOf(topicName);
  for (let i = 0; i < times; i++) expect(read(chunk)).toBe(topicName);
};

test('packets that lie in one chunk are compared through one view of it', () => {
  const chunk = concat(packetOf('devices/one'), packetOf('devices/two'), packetOf('devices/one'));
  let made = 0;
  const construct = (target: typeof DataView, args: [ArrayBuffer, number, number]) => {
    made++;
    return new target(...args);
  };
  vi.stubGlobal('DataView', new Proxy(DataView, { construct }));
  const framer = new Framer();
  framer.push(chunk);
  for (const frame of framer) view.read(frame);
  expect(made).toBe(1);
  read(packetOf('devices/one'));
  expect(made).toBe(2);
});

test('each PublishView has topics of its own', () => {
  const chunk = packetOf('devices/one');
  expect(madeOf([chunk, chunk])).toBe(1);
  view = new PublishView();
  expect(madeOf([chunk, chunk])).toBe(1);
});

describe.each([
  ['alone in its chunk', ''],
  ['with another packet behind it', 'c000'],
])('of a PUBLISH %s', (_title, digits) => {
  beforeEach(() => {
    behind = hex(digits);
  });

  test.each([6, 7, 8, 9, 13, 14, 15, 16, 22, 100, 254, 255])(
    'a topic of %i bytes that has come is not made into text again',
    (size) => {
      const chunk = packetOf(letters(size));
      expect(madeOf([chunk])).toBe(1);
      expect(madeOf([chunk, packetOf(letters(size)), chunk])).toBe(0);
      expect(read(chunk)).toBe(letters(size));
    },
  );

  test('nor is one that is not ASCII', () => {
    const chunk = packetOf('geräte/küche/größe');
    expect(madeOf([chunk])).toBe(1);
    expect(madeOf([chunk, chunk, chunk])).toBe(0);
    expect(read(chunk)).toBe('geräte/küche/größe');
  });

  test.each([6, 8, 14, 15, 17, 31, 64])(
    'what differs from a known topic of %i bytes in one is not taken for it',
    (size) => {
      const known = letters(size);
      readTimes(2, known);
      for (let at = 0; at < size; at++) {
        readTimes(1, `${known.slice(0, at)}Z${known.slice(at + 1)}`);
        readTimes(1, known);
      }
      readTimes(3, `${known}Z`);
      readTimes(3, known.slice(0, -1));
      readTimes(3, `Z${known}`);
      readTimes(3, known.slice(1));
      readTimes(1, known);
    },
  );

  const devices = (count: number, from = 0) =>
    Array.from({ length: count }, (_, i) => packetOf(`devices/dev-${from + i}/messages`));

  test('most of 64 topics that take turns are known', () => {
    const chunks = devices(64);
    expect(madeOf(chunks)).toBe(64);
    expect(madeOf(chunks)).toBeLessThan(32);
  });

  test('a topic is known in any chunk, wherever in it the packet lies', () => {
    const topics = ['devices/one/messages', 'devices/two/messages', 'devices/six/messages', 'devices/ten/messages'];
    for (const topic of topics) readTimes(1, topic);
    const places = topics.map((topic, i) => ({ topic, chunk: concat(new Uint8Array(i), packetOf(topic)), at: i }));
    const inLine = topics.map((topic) => ({ topic, chunk: packetOf(topic), at: 0 }));
    const make = vi.spyOn(String, 'fromCharCode');
    for (const order of [
      [0, 1, 2, 3],
      [0, 1, 0, 1, 2, 1, 2],
      [3, 3, 0, 3, 0, 2, 0],
    ]) {
      for (const list of [inLine, places]) {
        for (const i of order) expect(read(list[i]!.chunk, list[i]!.at)).toBe(list[i]!.topic);
      }
    }
    expect(make).not.toHaveBeenCalled();
  });

  test('a topic of fewer than 6 or more than 255 bytes is read each time', () => {
    for (const size of [1, 5, 256, 1000]) {
      const chunk = packetOf(letters(size));
      expect(madeOf([chunk, chunk, chunk])).toBe(3);
    }
  });

  test('one that is refused is not kept', () => {
    const bad = concat(hex('300c 000a 61616161616161616123'), behind);
    for (let time = 0; time < 3; time++) expect(() => read(bad)).toThrow('bad-topic');
    readTimes(2, 'aaaaaaaaa0');
  });
});

test('ten thousand topics are read to the letter, and no more than 256 of them are kept', () => {
  const chunks = Array.from({ length: 10_000 }, (_, i) => packetOf(`devices/${i}/messages`));
  for (const [i, chunk] of chunks.entries()) expect(read(chunk)).toBe(`devices/${i}/messages`);
  expect(10_000 - madeOf(chunks)).toBeLessThanOrEqual(256);
});

test.each([6, 8, 13, 14, 16, 30, 255])(
  'to learn a topic of %i bytes and to know it again each of its bytes is read once, four or eight at a time',
  (size) => {
    const calls = (run: () => void, ...names: ('getInt32' | 'getFloat64')[]): number[] => {
      const spies = names.map((name) => vi.spyOn(DataView.prototype, name));
      run();
      const counts = spies.map(({ mock }) => mock.calls.length);
      for (const spy of spies) spy.mockRestore();
      return counts;
    };
    const chunk = packetOf(letters(size));
    const words = Math.ceil((size + 2) / 8);
    expect(calls(() => read(chunk), 'getInt32', 'getFloat64')).toEqual([Math.ceil(size / 4), words]);
    // The topic of the packet before is not looked for.
    expect(calls(() => read(chunk), 'getInt32', 'getFloat64')).toEqual([0, words]);
  },
);

test('a known topic is not made into text again for a packet without a payload', () => {
  const chunk = encodePublish({ topicName: 'devices/one', payload: new Uint8Array(0) });
  expect(madeOf([chunk])).toBe(1);
  expect(madeOf([chunk])).toBe(0);
});

test('an engine without DataView reads each topic', () => {
  vi.stubGlobal('DataView', undefined);
  expect(madeOf([packetOf('devices/meter-7'), packetOf('devices/meter-7')])).toBe(2);
  expect(read(packetOf('devices/meter-8'))).toBe('devices/meter-8');
});
