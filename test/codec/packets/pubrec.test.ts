import { decodePubrec, encodePubrec, encodePubrecInto, PINGREQ, PUBREC } from '@mote/codec';
import * as entry from '@mote/codec/pubrec';
import { expect, test } from 'vitest';
import { hex } from '../support/bytes.ts';
import { frameOf, refusesToDecode, refusesToEncode, thrownBy } from '../support/expect.ts';

test('PUBREC is a Packet Identifier behind 50 02 and nothing else [MQTT-2.3.1-6]', () => {
  expect(encodePubrec({ packetId: 0x1234 })).toEqual(hex('50 02 1234'));
  expect(decodePubrec(frameOf(hex('50 02 1234')))).toEqual({ type: PUBREC, packetId: 0x1234 });
  expect(Object.keys(decodePubrec(frameOf(hex('50 02 0001'))))).toEqual(['type', 'packetId']);
});

test('PUBREC is written at its place and the end is returned', () => {
  const target = new Uint8Array(6).fill(0xee);
  expect(encodePubrecInto({ packetId: 1 }, target, 1)).toBe(5);
  expect(target).toEqual(hex('ee 50020001 ee'));
});

test('PUBREC fits exactly, and one byte less is no room for it', () => {
  expect(encodePubrecInto({ packetId: 1 }, new Uint8Array(4), 0)).toBe(4);
  expect(thrownBy(() => encodePubrecInto({ packetId: 1 }, new Uint8Array(3), 0))).toMatchObject({
    code: 'no-room',
    needed: 4,
  });
});

refusesToDecode('PUBREC', [
  ['a reserved flag is not as the table says [MQTT-2.2.2-2]', '53 02 0001', 'bad-flags', 0],
  ['Packet Identifier 0 [MQTT-2.3.1-1]', '50 02 0000', 'bad-packet-id', 2],
  ['a body of one byte', '50 01 00', 'truncated', 1],
  ['no body', '50 00', 'truncated', 1],
  ['a body of three bytes', '50 03 000100', 'trailing-bytes', 1],
]);

refusesToEncode('PUBREC', [
  ['Packet Identifier 0 [MQTT-2.3.1-1]', 'bad-packet-id', (target) => encodePubrecInto({ packetId: 0 }, target, 0)],
  [
    'Packet Identifier 65,536 [MQTT-2.3.1-1]',
    'bad-packet-id',
    (target) => encodePubrecInto({ packetId: 65536 }, target, 0),
  ],
  ['Packet Identifier -1 [MQTT-2.3.1-1]', 'bad-packet-id', () => encodePubrec({ packetId: -1 })],
  ['Packet Identifier 1.5 [MQTT-2.3.1-1]', 'bad-packet-id', () => encodePubrec({ packetId: 1.5 })],
  ['a Packet Identifier that is text [MQTT-2.3.1-1]', 'bad-packet-id', () => encodePubrec({ packetId: '7' as never })],
  ['a place before the target', 'no-room', (target) => encodePubrecInto({ packetId: 1 }, target, -1)],
  ['a place between two bytes', 'no-room', (target) => encodePubrecInto({ packetId: 1 }, target, 0.5)],
  ['a place behind the target', 'no-room', (target) => encodePubrecInto({ packetId: 1 }, target, 70_001)],
]);

test('a frame of another type is not read as PUBREC', () => {
  expect(thrownBy(() => decodePubrec(frameOf(hex('c000'))))).toMatchObject({
    code: 'bad-packet-type',
    packetType: PINGREQ,
  });
});

test('@mote/codec/pubrec is the same code', () => {
  expect(entry.encodePubrec).toBe(encodePubrec);
  expect(entry.decodePubrec).toBe(decodePubrec);
});
