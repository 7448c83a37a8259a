import { decodePubrel, encodePubrel, encodePubrelInto, PINGREQ, PUBREL } from '@mote/codec';
import * as entry from '@mote/codec/pubrel';
import { expect, test } from 'vitest';
import { hex } from '../support/bytes.ts';
import { frameOf, refusesToDecode, refusesToEncode, thrownBy } from '../support/expect.ts';

test('PUBREL is a Packet Identifier behind 62 02 and nothing else [MQTT-2.3.1-6]', () => {
  expect(encodePubrel({ packetId: 0x1234 })).toEqual(hex('62 02 1234'));
  expect(decodePubrel(frameOf(hex('62 02 1234')))).toEqual({ type: PUBREL, packetId: 0x1234 });
  expect(Object.keys(decodePubrel(frameOf(hex('62 02 0001'))))).toEqual(['type', 'packetId']);
});

test('PUBREL is written at its place and the end is returned', () => {
  const target = new Uint8Array(6).fill(0xee);
  expect(encodePubrelInto({ packetId: 1 }, target, 1)).toBe(5);
  expect(target).toEqual(hex('ee 62020001 ee'));
});

test('PUBREL fits exactly, and one byte less is no room for it', () => {
  expect(encodePubrelInto({ packetId: 1 }, new Uint8Array(4), 0)).toBe(4);
  expect(thrownBy(() => encodePubrelInto({ packetId: 1 }, new Uint8Array(3), 0))).toMatchObject({
    code: 'no-room',
    needed: 4,
  });
});

refusesToDecode('PUBREL', [
  ['a reserved flag is not as the table says [MQTT-3.6.1-1]', '60 02 0001', 'bad-flags', 0],
  ['Packet Identifier 0 [MQTT-2.3.1-1]', '62 02 0000', 'bad-packet-id', 2],
  ['a body of one byte', '62 01 00', 'truncated', 1],
  ['no body', '62 00', 'truncated', 1],
  ['a body of three bytes', '62 03 000100', 'trailing-bytes', 1],
]);

refusesToEncode('PUBREL', [
  ['Packet Identifier 0 [MQTT-2.3.1-1]', 'bad-packet-id', (target) => encodePubrelInto({ packetId: 0 }, target, 0)],
  [
    'Packet Identifier 65,536 [MQTT-2.3.1-1]',
    'bad-packet-id',
    (target) => encodePubrelInto({ packetId: 65536 }, target, 0),
  ],
  ['Packet Identifier -1 [MQTT-2.3.1-1]', 'bad-packet-id', () => encodePubrel({ packetId: -1 })],
  ['Packet Identifier 1.5 [MQTT-2.3.1-1]', 'bad-packet-id', () => encodePubrel({ packetId: 1.5 })],
  ['a Packet Identifier that is text [MQTT-2.3.1-1]', 'bad-packet-id', () => encodePubrel({ packetId: '7' as never })],
  ['a place before the target', 'no-room', (target) => encodePubrelInto({ packetId: 1 }, target, -1)],
  ['a place between two bytes', 'no-room', (target) => encodePubrelInto({ packetId: 1 }, target, 0.5)],
  ['a place behind the target', 'no-room', (target) => encodePubrelInto({ packetId: 1 }, target, 70_001)],
]);

test('a frame of another type is not read as PUBREL', () => {
  expect(thrownBy(() => decodePubrel(frameOf(hex('c000'))))).toMatchObject({
    code: 'bad-packet-type',
    packetType: PINGREQ,
  });
});

test('@mote/codec/pubrel is the same code', () => {
  expect(entry.encodePubrel).toBe(encodePubrel);
  expect(entry.decodePubrel).toBe(decodePubrel);
});
