import { decodeSubscribe, encodeSubscribe, encodeSubscribeInto, SUBSCRIBE } from '@mote/codec';
import { expect, test } from 'vitest';
import { hex } from '../support/bytes.ts';
import { frameOf, refusesToDecode, refusesToEncode, thrownBy } from '../support/expect.ts';

test('SUBSCRIBE carries its filters in order, each with the QoS asked for', () => {
  const bytes = hex('82 0e 000a 0003612f62 01 0003632f23 02');
  const subscriptions = [
    { topicFilter: 'a/b', qos: 1 as const },
    { topicFilter: 'c/#', qos: 2 as const },
  ];
  expect(encodeSubscribe({ packetId: 10, subscriptions })).toEqual(bytes);
  expect(decodeSubscribe(frameOf(bytes))).toEqual({ type: SUBSCRIBE, packetId: 10, subscriptions });
  expect(encodeSubscribe({ packetId: 1, subscriptions: [{ topicFilter: 'a' }] })).toEqual(hex('82 06 0001 0001 61 00'));
});

test('SUBSCRIBE is written at its place and the end is returned', () => {
  const target = new Uint8Array(10).fill(0xee);
  expect(encodeSubscribeInto({ packetId: 1, subscriptions: [{ topicFilter: 'a' }] }, target, 1)).toBe(9);
  expect(target).toEqual(hex('ee 8206 0001 0001 61 00 ee'));
});

test('SUBSCRIBE grows with its list', () => {
  const subscriptions = Array.from({ length: 3000 }, (_, i) => ({
    topicFilter: `${'f'.repeat(100)}/${i}`,
    qos: 0 as const,
  }));
  const bytes = encodeSubscribe({ packetId: 1, subscriptions });
  expect(decodeSubscribe(frameOf(bytes)).subscriptions).toEqual(subscriptions);
  expect(encodeSubscribe({ packetId: 1, subscriptions: [{ topicFilter: 'a' }] }).length).toBe(8);
});

refusesToDecode('SUBSCRIBE', [
  ['flags 0 [MQTT-3.8.1-1]', '80 06 0001 0001 61 00', 'bad-flags', 0],
  ['flags 3 [MQTT-3.8.1-1]', '83 06 0001 0001 61 00', 'bad-flags', 0],
  ['no Packet Identifier [MQTT-2.3.1-1]', '82 00', 'truncated', 2],
  ['Packet Identifier 0 [MQTT-2.3.1-1]', '82 06 0000 0001 61 00', 'bad-packet-id', 2],
  ['no filter [MQTT-3.8.3-3]', '82 02 0001', 'empty-payload', 4],
  ['an empty filter [MQTT-4.7.3-1]', '82 05 0001 0000 00', 'bad-topic', 4],
  ['a filter that reaches too far', '82 06 0001 0005 61 00', 'truncated', 4],
  ['half a filter length', '82 07 0001 0001 61 00 00', 'truncated', 8],
  ['no requested QoS', '82 05 0001 0001 61', 'truncated', 7],
  ['requested QoS 3 [MQTT-3.8.3-4]', '82 06 0001 0001 61 03', 'bad-qos', 7],
  ['reserved bits of the requested QoS [MQTT-3.8.3-4]', '82 06 0001 0001 61 80', 'bad-qos', 7],
  ['ill-formed UTF-8 [MQTT-3.8.3-1]', '82 07 0001 0002 61ff 00', 'bad-string', 7],
  ['U+0000 [MQTT-1.5.3-2]', '82 07 0001 0002 6100 00', 'bad-string', 7],
  ['# that is not last [MQTT-4.7.1-2]', '82 08 0001 0003 232f61 00', 'bad-topic', 6],
  ['# that shares its level [MQTT-4.7.1-2]', '82 07 0001 0002 6123 00', 'bad-topic', 7],
  ['+ and # in one level [MQTT-4.7.1-2]', '82 07 0001 0002 2b23 00', 'bad-topic', 7],
  ['+ that shares its level on the left [MQTT-4.7.1-3]', '82 07 0001 0002 612b 00', 'bad-topic', 7],
  ['+ that shares its level on the right [MQTT-4.7.1-3]', '82 07 0001 0002 2b61 00', 'bad-topic', 6],
  ['a second filter that is bad [MQTT-4.7.1-3]', '82 0b 0001 0001 61 00 0002 2b2b 00', 'bad-topic', 10],
]);

const ask = (topicFilter: string) => ({ packetId: 1, subscriptions: [{ topicFilter }] });

refusesToEncode('SUBSCRIBE', [
  [
    'no filter [MQTT-3.8.3-3]',
    'empty-payload',
    (target) => encodeSubscribeInto({ packetId: 1, subscriptions: [] }, target, 0),
  ],
  ['Packet Identifier 0 [MQTT-2.3.1-1]', 'bad-packet-id', () => encodeSubscribe({ ...ask('a'), packetId: 0 })],
  [
    'QoS 3 [MQTT-3.8.3-4]',
    'bad-qos',
    () => encodeSubscribe({ packetId: 1, subscriptions: [{ topicFilter: 'a', qos: 3 as never }] }),
  ],
  ['an empty filter [MQTT-4.7.3-1]', 'bad-topic', () => encodeSubscribe(ask(''))],
  ['# that is not last [MQTT-4.7.1-2]', 'bad-topic', (target) => encodeSubscribeInto(ask('#/a'), target, 0)],
  ['# that shares its level [MQTT-4.7.1-2]', 'bad-topic', () => encodeSubscribe(ask('sixteen/units/or/more#'))],
  ['+ that shares its level [MQTT-4.7.1-3]', 'bad-topic', () => encodeSubscribe(ask('sixteen/units/+or/more'))],
  ['+ that shares its level, before # in its place [MQTT-4.7.1-3]', 'bad-topic', () => encodeSubscribe(ask('a+/#'))],
  ['U+0000 [MQTT-1.5.3-2]', 'bad-string', () => encodeSubscribe(ask('\0'))],
  ['half a surrogate pair [MQTT-1.5.3-1]', 'bad-string', () => encodeSubscribe(ask('\udfff'))],
  ['a filter of 65,536 bytes [MQTT-4.7.3-3]', 'bad-string', () => encodeSubscribe(ask('f'.repeat(65536)))],
  ['a filter of 5,000,000 levels [MQTT-4.7.3-3]', 'bad-string', () => encodeSubscribe(ask('/'.repeat(5_000_000)))],
  ['no room', 'no-room', (target) => encodeSubscribeInto(ask('a'), target, 69_993)],
]);

test('a frame of another type is not read as SUBSCRIBE', () => {
  expect(thrownBy(() => decodeSubscribe(frameOf(hex('c000'))))).toMatchObject({ code: 'bad-packet-type' });
});
