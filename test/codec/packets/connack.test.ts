import { CONNACK, type ConnackReturnCode, decodeConnack, encodeConnack, encodeConnackInto } from '@mote/codec';
import { expect, test } from 'vitest';
import { hex } from '../support/bytes.ts';
import { frameOf, refusesToDecode, refusesToEncode, thrownBy } from '../support/expect.ts';

test.each([0, 1, 2, 3, 4, 5] as const)('CONNACK carries return code %i', (returnCode) => {
  const bytes = hex(`2002000${returnCode}`);
  expect(encodeConnack({ returnCode })).toEqual(bytes);
  expect(decodeConnack(frameOf(bytes))).toEqual({ type: CONNACK, sessionPresent: false, returnCode });
});

test('CONNACK carries Session Present when it accepts', () => {
  expect(encodeConnack({ sessionPresent: true, returnCode: 0 })).toEqual(hex('20020100'));
  const packet = decodeConnack(frameOf(hex('20020100')));
  expect(packet).toEqual({ type: CONNACK, sessionPresent: true, returnCode: 0 });
  expect(Object.keys(packet)).toEqual(['type', 'sessionPresent', 'returnCode']);
});

refusesToDecode('CONNACK', [
  ['a reserved flag [MQTT-2.2.2-2]', '21 02 0000', 'bad-flags', 0],
  ['a reserved Connect Acknowledge Flag', '20 02 0200', 'bad-flags', 2],
  ['the highest Connect Acknowledge Flag', '20 02 8000', 'bad-flags', 2],
  ['return code 6', '20 02 0006', 'bad-return-code', 3],
  ['return code 255', '20 02 00ff', 'bad-return-code', 3],
  ['Session Present with a refusal [MQTT-3.2.2-4]', '20 02 0101', 'bad-flags', 2],
  ['one byte of body', '20 01 00', 'truncated', 1],
  ['the three bytes of MQTT 5', '20 03 000000', 'trailing-bytes', 1],
]);

const code = (returnCode: unknown) => returnCode as ConnackReturnCode;

refusesToEncode('CONNACK', [
  ['return code 6', 'bad-return-code', (target) => encodeConnackInto({ returnCode: code(6) }, target, 0)],
  ['return code 8', 'bad-return-code', () => encodeConnack({ returnCode: code(8) })],
  ['return code 1.5', 'bad-return-code', () => encodeConnack({ returnCode: code(1.5) })],
  ['a return code that is text', 'bad-return-code', () => encodeConnack({ returnCode: code('0') })],
  [
    'Session Present with a refusal [MQTT-3.2.2-4]',
    'bad-flags',
    (target) => encodeConnackInto({ sessionPresent: true, returnCode: 5 }, target, 0),
  ],
  ['no room for its four bytes', 'no-room', (target) => encodeConnackInto({ returnCode: 0 }, target, 69_997)],
]);

test('Session Present that is no boolean is a TypeError, not a bit', () => {
  expect(() => encodeConnack({ sessionPresent: 1 as never, returnCode: 0 })).toThrow(TypeError);
});

test('a frame of another type is not read as CONNACK', () => {
  expect(thrownBy(() => decodeConnack(frameOf(hex('c000'))))).toMatchObject({ code: 'bad-packet-type' });
});
