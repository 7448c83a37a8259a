import { decodePingreq, encodePingreq, encodePingreqInto, PINGREQ } from '@mote/codec';
import { expect, test } from 'vitest';
import { hex } from '../support/bytes.ts';
import { frameOf, refusesToDecode, refusesToEncode, thrownBy } from '../support/expect.ts';

test('PINGREQ is c0 00', () => {
  expect(encodePingreq()).toEqual(hex('c000'));
  expect(decodePingreq(frameOf(hex('c000')))).toEqual({ type: PINGREQ });
});

test('PINGREQ is written at its place and the end is returned', () => {
  const target = new Uint8Array(4).fill(0xee);
  expect(encodePingreqInto({}, target, 1)).toBe(3);
  expect(target).toEqual(hex('ee c000 ee'));
  expect(encodePingreqInto(undefined, target, 2)).toBe(4);
});

test('PINGREQ with its length in more bytes than it takes is taken, and never sent', () => {
  expect(decodePingreq(frameOf(hex('c0 808000')))).toEqual({ type: PINGREQ });
});

refusesToDecode('PINGREQ', [
  ['a reserved flag [MQTT-2.2.2-2]', 'c1 00', 'bad-flags', 0],
  ['a body', 'c0 01 00', 'trailing-bytes', 1],
]);

refusesToEncode('PINGREQ', [
  ['no room for its two bytes', 'no-room', (target) => encodePingreqInto({}, target, 69_999)],
]);

test('a frame of another type is not read as PINGREQ', () => {
  expect(thrownBy(() => decodePingreq(frameOf(hex('d000'))))).toMatchObject({ code: 'bad-packet-type' });
});
