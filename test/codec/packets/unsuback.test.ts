import { decodeUnsuback, encodeUnsuback, encodeUnsubackInto, PINGREQ, UNSUBACK } from '@mote/codec';
import * as entry from '@mote/codec/unsuback';
import { expect, test } from 'vitest';
import { hex } from '../support/bytes.ts';
import { frameOf, refusesToDecode, refusesToEncode, thrownBy } from '../support/expect.ts';

test('UNSUBACK is a Packet Identifier behind b0 02 and nothing else [MQTT-2.3.1-6]', () => {
  expect(encodeUnsuback({ packetId: 0x1234 })).toEqual(hex('b0 02 1234'));
  expect(decodeUnsuback(frameOf(hex('b0 02 1234')))).toEqual({ type: UNSUBACK, packetId: 0x1234 });
  expect(Object.keys(decodeUnsuback(frameOf(hex('b0 02 0001'))))).toEqual(['type', 'packetId']);
});

test('UNSUBACK is written at its place and the end is returned', () => {
  const target = new Uint8Array(6).fill(0xee);
  expect(encodeUnsubackInto({ packetId: 1 }, target, 1)).toBe(5);
  expect(target).toEqual(hex('ee b0020001 ee'));
});

test('UNSUBACK fits exactly, and one byte less is no room for it', () => {
  expect(encodeUnsubackInto({ packetId: 1 }, new Uint8Array(4), 0)).toBe(4);
  expect(thrownBy(() => encodeUnsubackInto({ packetId: 1 }, new Uint8Array(3), 0))).toMatchObject({
    code: 'no-room',
    needed: 4,
  });
});

refusesToDecode('UNSUBACK', [
  ['a reserved flag is not as the table says [MQTT-2.2.2-2]', 'b2 02 0001', 'bad-flags', 0],
  ['Packet Identifier 0 [MQTT-2.3.1-1]', 'b0 02 0000', 'bad-packet-id', 2],
  ['a body of one byte', 'b0 01 00', 'truncated', 1],
  ['no body', 'b0 00', 'truncated', 1],
  ['a body of three bytes', 'b0 03 000100', 'trailing-bytes', 1],
]);

refusesToEncode('UNSUBACK', [
  ['Packet Identifier 0 [MQTT-2.3.1-1]', 'bad-packet-id', (target) => encodeUnsubackInto({ packetId: 0 }, target, 0)],
  [
    'Packet Identifier 65,536 [MQTT-2.3.1-1]',
    'bad-packet-id',
    (target) => encodeUnsubackInto({ packetId: 65536 }, target, 0),
  ],
  ['Packet Identifier -1 [MQTT-2.3.1-1]', 'bad-packet-id', () => encodeUnsuback({ packetId: -1 })],
  ['Packet Identifier 1.5 [MQTT-2.3.1-1]', 'bad-packet-id', () => encodeUnsuback({ packetId: 1.5 })],
  [
    'a Packet Identifier that is text [MQTT-2.3.1-1]',
    'bad-packet-id',
    () => encodeUnsuback({ packetId: '7' as never }),
  ],
  ['a place before the target', 'no-room', (target) => encodeUnsubackInto({ packetId: 1 }, target, -1)],
  ['a place between two bytes', 'no-room', (target) => encodeUnsubackInto({ packetId: 1 }, target, 0.5)],
  ['a place behind the target', 'no-room', (target) => encodeUnsubackInto({ packetId: 1 }, target, 70_001)],
]);

test('a frame of another type is not read as UNSUBACK', () => {
  expect(thrownBy(() => decodeUnsuback(frameOf(hex('c000'))))).toMatchObject({
    code: 'bad-packet-type',
    packetType: PINGREQ,
  });
});

test('@mote/codec/unsuback is the same code', () => {
  expect(entry.encodeUnsuback).toBe(encodeUnsuback);
  expect(entry.decodeUnsuback).toBe(decodeUnsuback);
});
