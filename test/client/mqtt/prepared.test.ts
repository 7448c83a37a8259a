import { encodePublish, preparePublish, type QoS } from '@mote/codec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { own } from '../../../packages/client/src/mqtt/outgoing.ts';
import { encode, lastPrepared } from '../../../packages/client/src/mqtt/prepared.ts';

// Most messages go to the topic of the one before: what is kept of it must never be taken for another.

const template = fc.record({
  topicName: fc.constantFrom('a', 'b', 'a/b'),
  qos: fc.constantFrom<QoS>(0, 1, 2),
  retain: fc.boolean(),
});

test('whatever was published before, a message has its own topic, QoS and RETAIN', () => {
  fc.assert(
    fc.property(fc.array(template, { minLength: 1, maxLength: 20 }), (templates) => {
      const find = lastPrepared();
      for (const { topicName, qos, retain } of templates) {
        const packetId = qos ? 7 : undefined;
        const payload = Uint8Array.of(1, 2, 3);
        const expected = encodePublish({ topicName, qos, retain, packetId, payload } as never);
        expect(encode(find({ topicName, retain }, qos), payload, packetId)).toEqual(expected);
      }
    }),
  );
});

test('topic, QoS and RETAIN of the message before are not encoded again; what the caller prepared goes before all', () => {
  const find = lastPrepared();
  const first = find({ topicName: 'a', retain: false }, 1);
  expect(find({ topicName: 'a', retain: false }, 1)).toBe(first);
  expect(find({ topicName: 'a', retain: true }, 1)).not.toBe(first);
  const prepared = preparePublish({ topicName: 'b', qos: 1, retain: false });
  expect(find({ topicName: 'b', retain: false, prepared }, 1)).toBe(prepared);
});

test('what waits has memory of its own: a part of shared memory is copied, and what is alone in its memory is not', () => {
  const shared = new Uint8Array(100).fill(7);
  for (const part of [shared.subarray(0, 10), shared.subarray(90), shared.subarray(1)]) {
    const copy = own(part);
    expect(copy).toEqual(part);
    expect(copy.buffer.byteLength).toBe(part.length);
  }
  expect(own(shared)).toBe(shared);
});
