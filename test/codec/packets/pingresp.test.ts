import { decodePingresp, encodePingresp, encodePingrespInto, PINGRESP } from '@mote/codec';
import { expect, test } from 'vitest';
import { hex } from '../support/bytes.ts';
import { frameOf, refusesToDecode, refusesToEncode, thrownBy } from '../support/expect.ts';

test('PINGRESP is d0 00', () => {
  expect(encodePingresp()).toEqual(hex('d000'));
  expect(decodePingresp(frameOf(hex('d000')))).toEqual({ type: PINGRESP });
});

test('PINGRESP is written at its place and the end is returned', () => {
  const target = new Uint8Array(4).fill(0xee);
  expect(encodePingrespInto({}, target, 1)).toBe(3);
  expect(target).toEqual(hex('ee d000 ee'));
  expect(encodePingrespInto(undefined, target, 2)).toBe(4);
});

test('PINGRESP with its length in more bytes than it takes is taken, and never sent', () => {
  expect(decodePingresp(frameOf(hex('d0 808000')))).toEqual({ type: PINGRESP });
});

refusesToDecode('PINGRESP', [
  ['a reserved flag [MQTT-2.2.2-2]', 'd8 00', 'bad-flags', 0],
  ['a body', 'd0 01 00', 'trailing-bytes', 1],
]);

refusesToEncode('PINGRESP', [
  ['no room for its two bytes', 'no-room', (target) => encodePingrespInto({}, target, 69_999)],
]);

test('a frame of another type is not read as PINGRESP', () => {
  expect(thrownBy(() => decodePingresp(frameOf(hex('c000'))))).toMatchObject({ code: 'bad-packet-type' });
});
