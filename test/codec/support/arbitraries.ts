import type { Packet } from '@mote/codec';
import fc from 'fast-check';

/** Text that a string field may hold, with all its oddities. */
const text = (maxLength: number) =>
  fc.string({ unit: 'binary', maxLength }).filter((value) => !value.includes('\0')) as fc.Arbitrary<string>;

const bytes = fc.uint8Array({ maxLength: 300 });
const packetId = fc.integer({ min: 1, max: 65535 });
const qos = fc.constantFrom(0, 1, 2);
const level = text(12).map((value) => value.replaceAll(/[#+/]/g, '-'));

export const topicName = fc
  .oneof(fc.array(level, { minLength: 1, maxLength: 6 }), fc.tuple(fc.constantFrom('$dps', 'devices', 'a'), level))
  .map((levels) => levels.join('/'))
  .filter((name) => name !== '');

export const topicFilter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 5 }), fc.boolean())
  .map(([levels, all]) => (all ? [...levels, '#'] : levels).join('/'))
  .filter((filter) => filter !== '');

const connect = fc
  .record({
    type: fc.constant(1),
    clientId: text(30),
    cleanSession: fc.boolean(),
    keepAlive: fc.integer({ min: 0, max: 65535 }),
    will: fc.option(fc.record({ topicName, message: bytes, qos, retain: fc.boolean() }), { nil: undefined }),
    userName: fc.option(text(40), { nil: undefined }),
    password: fc.option(bytes, { nil: undefined }),
  })
  .map((packet) => ({
    ...packet,
    cleanSession: packet.cleanSession || packet.clientId === '',
    password: packet.userName === undefined ? undefined : packet.password,
  }));

const publish = fc
  .record({ type: fc.constant(3), topicName, payload: bytes, qos, retain: fc.boolean(), dup: fc.boolean(), packetId })
  .map((packet) => (packet.qos ? packet : { ...packet, dup: false, packetId: undefined }));

const acknowledgement = fc.record({ type: fc.constantFrom(4, 5, 6, 7, 11), packetId });

/** Every packet that MQTT 3.1.1 knows. */
export const packet = fc.oneof(
  connect,
  fc
    .record({ type: fc.constant(2), sessionPresent: fc.boolean(), returnCode: fc.integer({ min: 0, max: 5 }) })
    .map((connack) => ({ ...connack, sessionPresent: connack.sessionPresent && connack.returnCode === 0 })),
  { weight: 3, arbitrary: publish },
  acknowledgement,
  fc.record({
    type: fc.constant(8),
    packetId,
    subscriptions: fc.array(fc.record({ topicFilter, qos }), { minLength: 1, maxLength: 5 }),
  }),
  fc.record({
    type: fc.constant(9),
    packetId,
    returnCodes: fc.array(fc.constantFrom(0, 1, 2, 0x80), { minLength: 1, maxLength: 9 }),
  }),
  fc.record({ type: fc.constant(10), packetId, topicFilters: fc.array(topicFilter, { minLength: 1, maxLength: 5 }) }),
  fc.record({ type: fc.constantFrom(12, 13, 14) }),
) as fc.Arbitrary<Packet>;
