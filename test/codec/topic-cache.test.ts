import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { concat, hex } from './support/bytes.ts';

// A subscriber hears of the same few topics for ever, so their text is made once. That it is not made again is seen by who asks
// for characters; that it is never the text of another topic is what must hold.

let codec: typeof import('@mote/codec');

beforeEach(async () => {
  vi.resetModules();
  codec = await import('@mote/codec');
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  behind = new Uint8Array(0);
  vi.resetModules();
});

const payload = new Uint8Array(3);
let behind: Uint8Array = new Uint8Array(0);
const packetOf = (topicName: string) => concat(codec.encodePublish({ topicName, payload }), behind);

/** The topic of the first packet in `chunk`, `at` bytes behind its beginning. */
function read(chunk: Uint8Array, at = 0): string {
  const framer = new codec.Framer();
  framer.push(chunk, at);
  const frame = framer.next();
  if (!frame) throw new Error('no whole packet');
  return codec.decodePublish(frame).topicName;
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

const letters = (count: number) => Array.from({ length: count }, (_, i) => String.fromCharCode(97 + (i % 26))).join('');

/** How many views are made to read the first packet of each chunk, for as many times as there are chunks. */
function viewsFor(chunks: readonly Uint8Array[]): number {
  let made = 0;
  const construct = (target: typeof DataView, args: [ArrayBuffer, number, number]) => {
    made++;
    return new target(...args);
  };
  vi.stubGlobal('DataView', new Proxy(DataView, { construct }));
  for (const chunk of chunks) read(chunk);
  vi.unstubAllGlobals();
  return made;
}

test('the topic that came last, alone in a new chunk, is known without a view of that chunk', () => {
  for (const topicName of ['devices/one', letters(255), 'sensor']) {
    readTimes(4, topicName);
    expect(viewsFor([packetOf(topicName), packetOf(topicName)])).toBe(0);
  }
});

test('of two chunks from which packets come in turn, each is viewed once', () => {
  const [one, two] = ['devices/one', 'devices/two'].map((topicName) => concat(packetOf(topicName), hex('c000')));
  if (!one || !two) throw new Error('no chunk');
  expect(viewsFor([one, one, one, two, one, two, one, two])).toBe(2);
});

describe.each([
  ['alone in its chunk', ''],
  ['with another packet behind it', 'c000'],
])('of a PUBLISH %s', (_title, digits) => {
  beforeEach(() => {
    behind = hex(digits);
  });

  test.each([6, 7, 8, 9, 13, 14, 15, 16, 22, 100, 254, 255])(
    'a topic of %i bytes that has come twice is not made into text again',
    (size) => {
      const chunk = packetOf(letters(size));
      expect(madeOf([chunk, chunk])).toBe(2);
      expect(madeOf([chunk, chunk, chunk])).toBe(0);
      expect(read(chunk)).toBe(letters(size));
    },
  );

  test('nor is one that is not ASCII', () => {
    const chunk = packetOf('geräte/küche/größe');
    expect(madeOf([chunk, chunk])).toBe(2);
    expect(madeOf([chunk, chunk, chunk])).toBe(0);
    expect(read(chunk)).toBe('geräte/küche/größe');
  });

  test.each([6, 8, 14, 15, 17, 31, 64])(
    'what differs from a known topic of %i bytes in one is not taken for it',
    (size) => {
      const known = letters(size);
      readTimes(4, known);
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
    madeOf([...chunks, ...chunks]);
    expect(madeOf(chunks)).toBeLessThan(32);
  });

  test('a topic is known in any chunk, wherever in it the packet lies', () => {
    const topics = ['devices/one/messages', 'devices/two/messages', 'devices/six/messages', 'devices/ten/messages'];
    for (const topic of topics) readTimes(3, topic);
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

  test('topics that come once push out none that is known, and one that comes again among them is known in the end', () => {
    const known = devices(8);
    madeOf([...known, ...known]);
    expect(madeOf(known)).toBe(0);
    madeOf(devices(3000, 1000));
    expect(madeOf([...known, ...known])).toBeLessThan(16); // among strangers only every sixteenth is looked up
    expect(madeOf(known)).toBe(0);
    madeOf(devices(3000, 10_000));
    const again = packetOf('devices/again/messages');
    madeOf(Array.from({ length: 64 }, () => again));
    expect(madeOf([again])).toBe(0);
  });

  test('a topic of more than 255 bytes is not kept', () => {
    const chunk = packetOf(letters(256));
    expect(madeOf([chunk, chunk, chunk, chunk])).toBe(4);
  });
});
