import {
  encodePublish,
  encodePubrec,
  encodePubrecInto,
  encodePubrel,
  encodePubrelInto,
  PUBREC,
  PUBREL,
  preparePublish,
  type QoS,
} from '@mote/codec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encode, encodeAcknowledgement, lastPrepared } from '../../../packages/client/src/mqtt/prepared.ts';

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

test('what a store gets has memory of its own, and no more than it needs: PUBLISH, PUBREC, PUBREL', () => {
  const find = lastPrepared();
  for (const packetId of [1, 255, 256, 65_535]) {
    const packets = [
      [encodeAcknowledgement(encodePubrecInto, PUBREC, packetId), encodePubrec({ packetId })],
      [encodeAcknowledgement(encodePubrelInto, PUBREL, packetId), encodePubrel({ packetId })],
      [
        encode(find({ topicName: 'a', retain: false }, 2), Uint8Array.of(1), packetId),
        encodePublish({ topicName: 'a', retain: false, qos: 2, packetId, payload: Uint8Array.of(1) }),
      ],
    ] as const;
    for (const [stored, expected] of packets) {
      expect(stored).toEqual(expected);
      expect(stored.buffer.byteLength).toBe(expected.length);
    }
  }
});
