import { decodePuback, encodePuback, encodePubackInto, PINGREQ, PUBACK } from '@mote/codec';
import * as entry from '@mote/codec/puback';
import { expect, test } from 'vitest';
import { hex } from '../support/bytes.ts';
import { frameOf, refusesToDecode, refusesToEncode, thrownBy } from '../support/expect.ts';

test('PUBACK is a Packet Identifier behind 40 02 and nothing else [MQTT-2.3.1-6]', () => {
  expect(encodePuback({ packetId: 0x1234 })).toEqual(hex('40 02 1234'));
  expect(decodePuback(frameOf(hex('40 02 1234')))).toEqual({ type: PUBACK, packetId: 0x1234 });
  expect(Object.keys(decodePuback(frameOf(hex('40 02 0001'))))).toEqual(['type', 'packetId']);
});

test('PUBACK is written at its place and the end is returned', () => {
  const target = new Uint8Array(6).fill(0xee);
  expect(encodePubackInto({ packetId: 1 }, target, 1)).toBe(5);
  expect(target).toEqual(hex('ee 40020001 ee'));
});

test('PUBACK fits exactly, and one byte less is no room for it', () => {
  expect(encodePubackInto({ packetId: 1 }, new Uint8Array(4), 0)).toBe(4);
  expect(thrownBy(() => encodePubackInto({ packetId: 1 }, new Uint8Array(3), 0))).toMatchObject({
    code: 'no-room',
    needed: 4,
  });
});

refusesToDecode('PUBACK', [
  ['a reserved flag is not as the table says [MQTT-2.2.2-2]', '42 02 0001', 'bad-flags', 0],
  ['Packet Identifier 0 [MQTT-2.3.1-1]', '40 02 0000', 'bad-packet-id', 2],
  ['a body of one byte', '40 01 00', 'truncated', 1],
  ['no body', '40 00', 'truncated', 1],
  ['a body of three bytes', '40 03 000100', 'trailing-bytes', 1],
]);

refusesToEncode('PUBACK', [
  ['Packet Identifier 0 [MQTT-2.3.1-1]', 'bad-packet-id', (target) => encodePubackInto({ packetId: 0 }, target, 0)],
  [
    'Packet Identifier 65,536 [MQTT-2.3.1-1]',
    'bad-packet-id',
    (target) => encodePubackInto({ packetId: 65536 }, target, 0),
  ],
  ['Packet Identifier -1 [MQTT-2.3.1-1]', 'bad-packet-id', () => encodePuback({ packetId: -1 })],
  ['Packet Identifier 1.5 [MQTT-2.3.1-1]', 'bad-packet-id', () => encodePuback({ packetId: 1.5 })],
  ['a Packet Identifier that is text [MQTT-2.3.1-1]', 'bad-packet-id', () => encodePuback({ packetId: '7' as never })],
  ['a place before the target', 'no-room', (target) => encodePubackInto({ packetId: 1 }, target, -1)],
  ['a place between two bytes', 'no-room', (target) => encodePubackInto({ packetId: 1 }, target, 0.5)],
  ['a place behind the target', 'no-room', (target) => encodePubackInto({ packetId: 1 }, target, 70_001)],
]);

test('a frame of another type is not read as PUBACK', () => {
  expect(thrownBy(() => decodePuback(frameOf(hex('c000'))))).toMatchObject({
    code: 'bad-packet-type',
    packetType: PINGREQ,
  });
});

test('@mote/codec/puback is the same code', () => {
  expect(entry.encodePuback).toBe(encodePuback);
  expect(entry.decodePuback).toBe(decodePuback);
});
