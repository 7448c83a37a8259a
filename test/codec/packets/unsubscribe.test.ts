import { decodeUnsubscribe, encodeUnsubscribe, encodeUnsubscribeInto, UNSUBSCRIBE } from '@mote/codec';
import { expect, test } from 'vitest';
import { hex } from '../support/bytes.ts';
import { frameOf, refusesToDecode, refusesToEncode, thrownBy } from '../support/expect.ts';

test('UNSUBSCRIBE carries its filters in order, without gaps [MQTT-3.10.3-1]', () => {
  const bytes = hex('a2 0a 000a 0003612f2b 000123');
  const fields = { packetId: 10, topicFilters: ['a/+', '#'] };
  expect(encodeUnsubscribe(fields)).toEqual(bytes);
  expect(decodeUnsubscribe(frameOf(bytes))).toEqual({ type: UNSUBSCRIBE, ...fields });
});

test('UNSUBSCRIBE is written at its place and the end is returned', () => {
  const target = new Uint8Array(9).fill(0xee);
  expect(encodeUnsubscribeInto({ packetId: 1, topicFilters: ['a'] }, target, 1)).toBe(8);
  expect(target).toEqual(hex('ee a205 0001 0001 61 ee'));
});

refusesToDecode('UNSUBSCRIBE', [
  ['flags 0 [MQTT-3.10.1-1]', 'a0 05 0001 0001 61', 'bad-flags', 0],
  ['flags 6 [MQTT-3.10.1-1]', 'a6 05 0001 0001 61', 'bad-flags', 0],
  ['no Packet Identifier [MQTT-2.3.1-1]', 'a2 00', 'truncated', 2],
  ['Packet Identifier 0 [MQTT-2.3.1-1]', 'a2 05 0000 0001 61', 'bad-packet-id', 2],
  ['no filter [MQTT-3.10.3-2]', 'a2 02 0001', 'empty-payload', 4],
  ['a filter that reaches too far [MQTT-3.10.3-1]', 'a2 05 0001 0002 61', 'truncated', 4],
  ['a stray byte [MQTT-3.10.3-1]', 'a2 06 0001 0001 61 00', 'truncated', 7],
  ['ill-formed UTF-8 [MQTT-3.10.3-1]', 'a2 05 0001 0001 c3', 'bad-string', 6],
  ['an empty filter [MQTT-4.7.3-1]', 'a2 04 0001 0000', 'bad-topic', 4],
  ['an ill-placed wildcard [MQTT-4.7.1-3]', 'a2 06 0001 0002 2b61', 'bad-topic', 6],
]);

refusesToEncode('UNSUBSCRIBE', [
  [
    'no filter [MQTT-3.10.3-2]',
    'empty-payload',
    (target) => encodeUnsubscribeInto({ packetId: 1, topicFilters: [] }, target, 0),
  ],
  [
    'Packet Identifier 0 [MQTT-2.3.1-1]',
    'bad-packet-id',
    () => encodeUnsubscribe({ packetId: 0, topicFilters: ['a'] }),
  ],
  [
    'an ill-placed wildcard [MQTT-4.7.1-2]',
    'bad-topic',
    () => encodeUnsubscribe({ packetId: 1, topicFilters: ['a', 'b#'] }),
  ],
  [
    'half a surrogate pair [MQTT-1.5.3-1]',
    'bad-string',
    () => encodeUnsubscribe({ packetId: 1, topicFilters: ['\ud800'] }),
  ],
  ['no room', 'no-room', (target) => encodeUnsubscribeInto({ packetId: 1, topicFilters: ['a'] }, target, 69_994)],
]);

test('a frame of another type is not read as UNSUBSCRIBE', () => {
  expect(thrownBy(() => decodeUnsubscribe(frameOf(hex('c000'))))).toMatchObject({ code: 'bad-packet-type' });
});
