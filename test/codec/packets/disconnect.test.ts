import { DISCONNECT, decodeDisconnect, encodeDisconnect, encodeDisconnectInto } from '@mote/codec';
import { expect, test } from 'vitest';
import { hex } from '../support/bytes.ts';
import { frameOf, refusesToDecode, refusesToEncode, thrownBy } from '../support/expect.ts';

test('DISCONNECT is e0 00', () => {
  expect(encodeDisconnect()).toEqual(hex('e000'));
  expect(decodeDisconnect(frameOf(hex('e000')))).toEqual({ type: DISCONNECT });
});

test('DISCONNECT is written at its place and the end is returned', () => {
  const target = new Uint8Array(4).fill(0xee);
  expect(encodeDisconnectInto({}, target, 1)).toBe(3);
  expect(target).toEqual(hex('ee e000 ee'));
  expect(encodeDisconnectInto(undefined, target, 2)).toBe(4);
});

test('DISCONNECT with its length in more bytes than it takes is taken, and never sent', () => {
  expect(decodeDisconnect(frameOf(hex('e0 808000')))).toEqual({ type: DISCONNECT });
});

refusesToDecode('DISCONNECT', [
  ['a reserved flag [MQTT-3.14.1-1]', 'e2 00', 'bad-flags', 0],
  ['a body', 'e0 01 00', 'trailing-bytes', 1],
]);

refusesToEncode('DISCONNECT', [
  ['no room for its two bytes', 'no-room', (target) => encodeDisconnectInto({}, target, 69_999)],
]);

test('a frame of another type is not read as DISCONNECT', () => {
  expect(thrownBy(() => decodeDisconnect(frameOf(hex('d000'))))).toMatchObject({ code: 'bad-packet-type' });
});
