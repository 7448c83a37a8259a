import { decodePubcomp, encodePubcomp, encodePubcompInto, PINGREQ, PUBCOMP } from '@mote/codec';
import * as entry from '@mote/codec/pubcomp';
import { expect, test } from 'vitest';
import { hex } from '../support/bytes.ts';
import { frameOf, refusesToDecode, refusesToEncode, thrownBy } from '../support/expect.ts';

test('PUBCOMP is a Packet Identifier behind 70 02 and nothing else [MQTT-2.3.1-6]', () => {
  expect(encodePubcomp({ packetId: 0x1234 })).toEqual(hex('70 02 1234'));
  expect(decodePubcomp(frameOf(hex('70 02 1234')))).toEqual({ type: PUBCOMP, packetId: 0x1234 });
  expect(Object.keys(decodePubcomp(frameOf(hex('70 02 0001'))))).toEqual(['type', 'packetId']);
});

test('PUBCOMP is written at its place and the end is returned', () => {
  const target = new Uint8Array(6).fill(0xee);
  expect(encodePubcompInto({ packetId: 1 }, target, 1)).toBe(5);
  expect(target).toEqual(hex('ee 70020001 ee'));
});

test('PUBCOMP fits exactly, and one byte less is no room for it', () => {
  expect(encodePubcompInto({ packetId: 1 }, new Uint8Array(4), 0)).toBe(4);
  expect(thrownBy(() => encodePubcompInto({ packetId: 1 }, new Uint8Array(3), 0))).toMatchObject({
    code: 'no-room',
    needed: 4,
  });
});

refusesToDecode('PUBCOMP', [
  ['a reserved flag is not as the table says [MQTT-2.2.2-2]', '71 02 0001', 'bad-flags', 0],
  ['Packet Identifier 0 [MQTT-2.3.1-1]', '70 02 0000', 'bad-packet-id', 2],
  ['a body of one byte', '70 01 00', 'truncated', 1],
  ['no body', '70 00', 'truncated', 1],
  ['a body of three bytes', '70 03 000100', 'trailing-bytes', 1],
]);

refusesToEncode('PUBCOMP', [
  ['Packet Identifier 0 [MQTT-2.3.1-1]', 'bad-packet-id', (target) => encodePubcompInto({ packetId: 0 }, target, 0)],
  [
    'Packet Identifier 65,536 [MQTT-2.3.1-1]',
    'bad-packet-id',
    (target) => encodePubcompInto({ packetId: 65536 }, target, 0),
  ],
  ['Packet Identifier -1 [MQTT-2.3.1-1]', 'bad-packet-id', () => encodePubcomp({ packetId: -1 })],
  ['Packet Identifier 1.5 [MQTT-2.3.1-1]', 'bad-packet-id', () => encodePubcomp({ packetId: 1.5 })],
  ['a Packet Identifier that is text [MQTT-2.3.1-1]', 'bad-packet-id', () => encodePubcomp({ packetId: '7' as never })],
  ['a place before the target', 'no-room', (target) => encodePubcompInto({ packetId: 1 }, target, -1)],
  ['a place between two bytes', 'no-room', (target) => encodePubcompInto({ packetId: 1 }, target, 0.5)],
  ['a place behind the target', 'no-room', (target) => encodePubcompInto({ packetId: 1 }, target, 70_001)],
]);

test('a frame of another type is not read as PUBCOMP', () => {
  expect(thrownBy(() => decodePubcomp(frameOf(hex('c000'))))).toMatchObject({
    code: 'bad-packet-type',
    packetType: PINGREQ,
  });
});

test('@mote/codec/pubcomp is the same code', () => {
  expect(entry.encodePubcomp).toBe(encodePubcomp);
  expect(entry.decodePubcomp).toBe(decodePubcomp);
});
