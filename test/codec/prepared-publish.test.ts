import { encodePublish, preparePublish } from '@mote/codec';
import { afterEach, expect, test, vi } from 'vitest';
import { hex, toHex } from './support/bytes.ts';
import { refusesToEncode, thrownBy } from './support/expect.ts';

test.each([{ qos: 0 }, { qos: 1, retain: true }, { qos: 2 }, {}] as const)(
  'a prepared PUBLISH has the bytes of encodePublish: %j',
  (options) => {
    for (const topicName of ['a', 'seven/7', 'exactly8', 'devices/dev-001/messages/events/', 'é'.repeat(60)]) {
      const prepared = preparePublish({ topicName, ...options });
      const packetId = options.qos ? 7 : undefined;
      const target = new Uint8Array(40_000);
      for (const length of [0, 1, 64, 127, 128, 20_000]) {
        const payload = new Uint8Array(length).fill(length);
        const expected = encodePublish({ topicName, payload, packetId, ...options } as never);
        expect(prepared.size(length)).toBe(expected.length);
        for (const at of [0, 3, 11]) {
          target.fill(0xee);
          expect(prepared.encodeInto(payload, packetId, target, at)).toBe(at + expected.length);
          expect(toHex(target.subarray(at, at + expected.length))).toBe(toHex(expected));
          expect(target[at + expected.length]).toBe(0xee);
        }
      }
    }
  },
);

test('it may be written into one target and then into another', () => {
  const prepared = preparePublish({ topicName: 'devices/dev-001/messages' });
  const expected = encodePublish({ topicName: 'devices/dev-001/messages', payload: hex('01') });
  const targets = [new Uint8Array(100), new Uint8Array(100).subarray(20)];
  for (const target of [...targets, ...targets, targets[1] as Uint8Array]) {
    const end = prepared.encodeInto(hex('01'), undefined, target, 5);
    expect(target.subarray(5, end)).toEqual(expected);
  }
});

test.each([1, 5, 6, 7, 14, 15, 22, 100])(
  'a topic of %i bytes and its length are written eight bytes at a time, without DataView in one piece',
  (size) => {
    const topicName = 'x'.repeat(size);
    const expected = encodePublish({ topicName, payload: hex('01') });
    const target = new Uint8Array(expected.length);
    const written = vi.spyOn(DataView.prototype, 'setFloat64');
    preparePublish({ topicName }).encodeInto(hex('01'), undefined, target, 0);
    expect(written).toHaveBeenCalledTimes(size < 6 ? 0 : Math.ceil((size + 2) / 8));
    expect(target).toEqual(expected);
    vi.stubGlobal('DataView', undefined);
    target.fill(0);
    preparePublish({ topicName }).encodeInto(hex('01'), undefined, target, 0);
    expect(target).toEqual(expected);
  },
);

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const prepared = () => preparePublish({ topicName: 'a/b' });
const acknowledged = () => preparePublish({ topicName: 'a/b', qos: 1 });

refusesToEncode('a prepared PUBLISH', [
  ['a wildcard [MQTT-3.3.2-2]', 'bad-topic', () => preparePublish({ topicName: 'a/#' })],
  ['an empty topic [MQTT-4.7.3-1]', 'bad-topic', () => preparePublish({ topicName: '' })],
  ['QoS 3 [MQTT-3.3.1-4]', 'bad-qos', () => preparePublish({ topicName: 'a', qos: 3 as never })],
  [
    'an identifier with QoS 0 [MQTT-2.3.1-5]',
    'bad-packet-id',
    (target) => prepared().encodeInto(hex('01'), 1, target, 0),
  ],
  [
    'no identifier with QoS 1 [MQTT-2.3.1-1]',
    'bad-packet-id',
    (target) => acknowledged().encodeInto(hex('01'), undefined, target, 0),
  ],
  [
    'Packet Identifier 0 [MQTT-2.3.1-1]',
    'bad-packet-id',
    (target) => acknowledged().encodeInto(hex('01'), 0, target, 0),
  ],
  ['no room', 'no-room', (target) => prepared().encodeInto(hex('01'), undefined, target, 69_993)],
  ['more than a Remaining Length can say', 'packet-too-large', () => prepared().size(268_435_451)],
]);

test('a packet that just fits is written, one that does not says what it needs', () => {
  expect(prepared().encodeInto(hex('01'), undefined, new Uint8Array(8), 0)).toBe(8);
  expect(thrownBy(() => prepared().encodeInto(hex('01'), undefined, new Uint8Array(7), 0))).toMatchObject({
    code: 'no-room',
    needed: 8,
  });
});

test('a payload that is no Uint8Array is a TypeError', () => {
  expect(() => prepared().encodeInto('hello' as never, undefined, new Uint8Array(100), 0)).toThrow(TypeError);
});
