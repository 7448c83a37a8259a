import { decodePublish, decodeSubscribe, encodePublish, encodeSubscribe, Framer } from '@mote/codec';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { hex } from './support/bytes.ts';
import { thrownBy } from './support/expect.ts';

// A Framer keeps the ASCII text that was read last out of its frames. The same bytes again get the same text; that no other bytes
// do is what must hold.

const payload = hex('01');
const packetOf = (topicName: string) => encodePublish({ topicName, payload });

/** The topic of one packet that has come to this framer. */
function read(framer: Framer, packet: Uint8Array): string {
  framer.push(packet);
  return decodePublish(framer.next()!).topicName;
}

/** Whether characters were asked for while that ran. */
function makesText(run: () => void): boolean {
  const make = vi.spyOn(String, 'fromCharCode');
  try {
    run();
    return make.mock.calls.length > 0;
  } finally {
    make.mockRestore();
  }
}

test.each([1, 2, 33, 127, 128])('a topic of %i bytes that comes again is not made into text again', (size) => {
  const framer = new Framer();
  const topic = 't'.repeat(size);
  expect(makesText(() => read(framer, packetOf(topic)))).toBe(true);
  expect(makesText(() => expect(read(framer, packetOf(topic))).toBe(topic))).toBe(false);
  expect(makesText(() => read(new Framer(), packetOf(topic)))).toBe(true);
});

test.each([129, 300])('one of %i bytes is', (size) => {
  const framer = new Framer();
  const topic = 't'.repeat(size);
  for (let time = 0; time < 3; time++) {
    expect(makesText(() => expect(read(framer, packetOf(topic))).toBe(topic))).toBe(true);
  }
});

test('any topics one after another are read to the letter', () => {
  const letter = fc.constantFrom('a', 'b', 'é', '€', '😀', '/');
  const topic = fc.oneof(
    fc.array(letter, { minLength: 1, maxLength: 4 }).map((letters) => letters.join('')),
    fc.constantFrom('t'.repeat(127), 't'.repeat(128), 't'.repeat(129), `${'t'.repeat(128)}u`, `${'t'.repeat(129)}u`),
  );
  fc.assert(
    fc.property(fc.array(topic, { maxLength: 30 }), (topics) => {
      const framer = new Framer();
      for (const each of topics) expect(read(framer, packetOf(each))).toBe(each);
    }),
    { numRuns: 300 },
  );
});

test('a chunk that is written over afterwards does not change what is known', () => {
  const framer = new Framer();
  const buffer = packetOf('one/topic').slice();
  expect(read(framer, buffer)).toBe('one/topic');
  buffer.set(packetOf('two/topic'));
  expect(read(framer, buffer)).toBe('two/topic');
  expect(read(framer, packetOf('one/topic'))).toBe('one/topic');
});

test.each([
  ['nothing was known', []],
  ['a topic was', ['a']],
  ['a topic of another size was', ['abc']],
])('an empty topic is refused, and so is one with U+0000 or a wildcard, when %s', (_title, before) => {
  for (const [digits, code] of [
    ['30 03 0000 01', 'bad-topic'],
    ['30 04 0001 00 01', 'bad-string'],
    ['30 04 0001 23 01', 'bad-topic'],
    ['30 04 0001 e9 01', 'bad-string'],
  ] as const) {
    const framer = new Framer();
    for (const topic of before) read(framer, packetOf(topic));
    expect(thrownBy(() => read(framer, hex(digits)))).toMatchObject({ code });
  }
});

test('what is known of a name is no filter, and of a filter no name', () => {
  const framer = new Framer();
  framer.push(encodeSubscribe({ packetId: 1, subscriptions: [{ topicFilter: 'a/#' }, { topicFilter: 'a/b' }] }));
  expect(decodeSubscribe(framer.next()!).subscriptions.map(({ topicFilter }) => topicFilter)).toEqual(['a/#', 'a/b']);
  expect(thrownBy(() => read(framer, hex('30 06 0003 612f23 01')))).toMatchObject({ code: 'bad-topic' });
});

test('a Frame that was made by hand knows no text, and is read all the same', () => {
  const bytes = hex('0003 612f62 01');
  for (let time = 0; time < 2; time++) {
    expect(decodePublish({ type: 3, flags: 0, bytes, start: 0, end: 6 })).toMatchObject({ topicName: 'a/b', payload });
  }
});
