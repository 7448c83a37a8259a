import { decodeSuback, encodeSuback, encodeSubackInto, SUBACK, type SubackReturnCode } from '@mote/codec';
import { expect, test } from 'vitest';
import { hex } from '../support/bytes.ts';
import { frameOf, refusesToDecode, refusesToEncode, thrownBy } from '../support/expect.ts';

test('SUBACK carries one return code for each filter, in order [MQTT-3.8.4-5] [MQTT-3.9.3-1]', () => {
  const bytes = hex('90 06 1234 00 01 02 80');
  const fields = { packetId: 0x1234, returnCodes: [0, 1, 2, 0x80] as const };
  expect(encodeSuback(fields)).toEqual(bytes);
  expect(decodeSuback(frameOf(bytes))).toEqual({ type: SUBACK, ...fields });
});

test('SUBACK is written at its place and the end is returned', () => {
  const target = new Uint8Array(7).fill(0xee);
  expect(encodeSubackInto({ packetId: 1, returnCodes: [1] }, target, 1)).toBe(6);
  expect(target).toEqual(hex('ee 9003 0001 01 ee'));
});

refusesToDecode('SUBACK', [
  ['a reserved flag, as one real server sends it [MQTT-2.2.2-2]', '92 03 0001 00', 'bad-flags', 0],
  ['no Packet Identifier [MQTT-2.3.1-1]', '90 01 00', 'truncated', 2],
  ['Packet Identifier 0 [MQTT-2.3.1-1]', '90 03 0000 00', 'bad-packet-id', 2],
  ['no return code [MQTT-3.8.4-5]', '90 02 0001', 'empty-payload', 4],
  ['return code 3 [MQTT-3.9.3-2]', '90 03 0001 03', 'bad-return-code', 4],
  ['return code 7F [MQTT-3.9.3-2]', '90 04 0001 00 7f', 'bad-return-code', 5],
  ['return code 81 [MQTT-3.9.3-2]', '90 03 0001 81', 'bad-return-code', 4],
]);

const codes = (...returnCodes: unknown[]) => ({ packetId: 1, returnCodes: returnCodes as SubackReturnCode[] });

refusesToEncode('SUBACK', [
  ['no return code [MQTT-3.8.4-5]', 'empty-payload', (target) => encodeSubackInto(codes(), target, 0)],
  ['return code 3 [MQTT-3.9.3-2]', 'bad-return-code', (target) => encodeSubackInto(codes(0, 3), target, 0)],
  ['a return code that is text [MQTT-3.9.3-2]', 'bad-return-code', () => encodeSuback(codes('1'))],
  ['Packet Identifier 0 [MQTT-2.3.1-1]', 'bad-packet-id', () => encodeSuback({ packetId: 0, returnCodes: [0] })],
  ['no room', 'no-room', (target) => encodeSubackInto(codes(0), target, 69_996)],
]);

test('a frame of another type is not read as SUBACK', () => {
  expect(thrownBy(() => decodeSuback(frameOf(hex('c000'))))).toMatchObject({ code: 'bad-packet-type' });
});
