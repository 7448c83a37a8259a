import {
  decode,
  decodePublish,
  encodePacket,
  encodePacketInto,
  encodePublish,
  Framer,
  isTopicFilter,
  isTopicName,
  packetSize,
  topicMatches,
} from '@mote/codec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packet, topicFilter, topicName } from './support/arbitraries.ts';
import { concat } from './support/bytes.ts';
import { read } from './support/read.ts';

/** Chunks of these sizes, the last one repeated. */
function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[Math.min(i, sizes.length - 1)] ?? 1;
    chunks.push(bytes.slice(at, at + size));
    at += size;
  }
  return chunks;
}

const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 });

test('any packet survives the wire, and its size is known before', () => {
  fc.assert(
    fc.property(packet, fc.nat({ max: 20 }), (sent, at) => {
      const bytes = encodePacket(sent);
      expect(packetSize(sent)).toBe(bytes.length);
      expect(decode(bytes)).toEqual(sent);
      const target = new Uint8Array(at + bytes.length + 3).fill(0xee);
      expect(encodePacketInto(sent, target, at)).toBe(at + bytes.length);
      expect(target).toEqual(concat(new Uint8Array(at).fill(0xee), bytes, new Uint8Array(3).fill(0xee)));
    }),
    { numRuns: 500 },
  );
});

test('any packets back to back survive, however the transport cuts them', () => {
  fc.assert(
    fc.property(fc.array(packet, { minLength: 1, maxLength: 6 }), sizes, (sent, cuts) => {
      const verdict = read(cut(concat(...sent.map(encodePacket)), cuts));
      expect(verdict.kind).toBe('accept');
      expect(verdict.packets).toEqual(sent);
    }),
    { numRuns: 300 },
  );
});

test('any bytes get a verdict, the same one however they are cut, and what is accepted is written the same', () => {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const first = fc.constantFrom(0x10, 0x20, 0x30, 0x32, 0x3d, 0x40, 0x62, 0x82, 0x90, 0xa2, 0xb0, 0xc0, 0xff);
  const nearly = fc
    .tuple(first, fc.uint8Array({ maxLength: 40 }))
    .map(([byte, body]) => Uint8Array.of(byte, body.length, ...body));
  fc.assert(
    fc.property(fc.oneof(nearly, fc.uint8Array({ maxLength: 60 })), sizes, (bytes, cuts) => {
      const whole = read([bytes]);
      const parts = read(cut(bytes, cuts));
      expect(parts.kind).toBe(whole.kind);
      expect(parts.packets).toEqual(whole.packets);
      if (parts.kind === 'reject' && whole.kind === 'reject') {
        expect(parts.error).toMatchObject({ code: whole.error.code, offset: whole.error.offset });
      }
      const written = concat(...whole.packets.map(encodePacket));
      if (whole.kind === 'accept' && written.length === bytes.length) expect(written).toEqual(bytes);
    }),
    { numRuns: 3000 },
  );
  Error.stackTraceLimit = limit;
});

test('one changed byte of a valid packet is never taken for the same packet', () => {
  fc.assert(
    fc.property(packet, fc.nat(), fc.integer({ min: 1, max: 255 }), (sent, where, change) => {
      const bytes = encodePacket(sent);
      bytes[where % bytes.length]! ^= change;
      const { packets } = read([bytes]);
      if (packets.length === 1) expect(packets[0]).not.toEqual(sent);
    }),
    { numRuns: 500 },
  );
});

test('decoded packets have one shape for each type', () => {
  const shapes = new Map<number, string>();
  fc.assert(
    fc.property(packet, (sent) => {
      const decoded = decode(encodePacket(sent));
      const keys = Object.keys(decoded).join();
      expect(shapes.get(decoded.type) ?? keys).toBe(keys);
      shapes.set(decoded.type, keys);
    }),
  );
});

test('earlier payloads are never written over', () => {
  const stream = fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(stream, sizes, (payloads, cuts) => {
      const framer = new Framer();
      const received: Uint8Array[] = [];
      for (const chunk of cut(concat(...payloads.map((payload) => encodePublish({ topicName: 't', payload }))), cuts)) {
        framer.push(chunk);
        for (const frame of framer) received.push(decodePublish(frame).payload);
      }
      expect(received).toEqual(payloads);
    }),
  );
});

test('what the generators make are topics, and nothing with a wildcard is a Topic Name', () => {
  fc.assert(
    fc.property(topicName, topicFilter, (name, filter) => {
      expect(isTopicName(name)).toBe(true);
      expect(isTopicFilter(filter)).toBe(true);
      expect(isTopicName(filter)).toBe(!/[#+]/.test(filter));
    }),
  );
});

test('topicMatches agrees with a regular expression made from the filter', () => {
  const short = fc
    .array(fc.constantFrom('a', 'b', '', '$s'), { minLength: 1, maxLength: 4 })
    .map((levels) => levels.join('/'));
  const filters = fc
    .tuple(fc.array(fc.constantFrom('a', 'b', '', '+', '$s'), { minLength: 0, maxLength: 4 }), fc.boolean())
    .map(([levels, all]) => (all ? [...levels, '#'] : levels).join('/'));
  fc.assert(
    fc.property(filters, short, (filter, name) => {
      const pattern = filter
        .split('/')
        .map((level) => level.replaceAll('$', '\\$').replace(/^\+$/, '[^/]*'))
        .join('/')
        .replace(/(^|\/)#$/, (_match, slash) => (slash === '/' ? '(/.*)?' : '.*'));
      const hidden = name.startsWith('$') && /^[#+]/.test(filter);
      expect(topicMatches(filter, name)).toBe(!hidden && new RegExp(`^${pattern}$`).test(name));
    }),
    { numRuns: 1000 },
  );
});
