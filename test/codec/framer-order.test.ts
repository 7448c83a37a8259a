import { decodePacket, encodePublish, Framer, type Packet, PUBLISH } from '@mote/codec';
import fc from 'fast-check';
import { expect, test } from 'vitest';

test('chunks may be pushed and packets taken in any order', () => {
  const publish = fc.uint8Array({ maxLength: 40 }).map((payload) => encodePublish({ topicName: 'a/b', payload }));
  const step = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constant('next' as const));
  fc.assert(
    fc.property(fc.array(publish, { minLength: 1, maxLength: 8 }), fc.array(step, { maxLength: 60 }), (sent, steps) => {
      const stream = Uint8Array.from(sent.flatMap((bytes) => [...bytes]));
      const framer = new Framer();
      const received: Packet[] = [];
      const take = () => {
        const frame = framer.next();
        if (frame !== undefined) received.push(decodePacket(frame));
        return frame !== undefined;
      };
      let at = 0;
      for (const pushed of steps) {
        if (pushed === 'next') {
          take();
          continue;
        }
        const end = Math.min(at + pushed, stream.length);
        framer.push(stream, at, end);
        at = end;
      }
      framer.push(stream.slice(at));
      while (take());
      const payloads = received.map((packet) => (packet.type === PUBLISH ? [...packet.payload] : packet));
      expect(payloads).toEqual(sent.map((bytes) => [...bytes.subarray(7)]));
    }),
  );
});
