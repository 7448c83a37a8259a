import { isUtf8 } from 'node:buffer';
import { decodeUtf8, encodeUtf8 } from '@mote/codec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hex, toHex } from './support/bytes.ts';

test.each([
  ['', ''],
  ['21.5', '32312e35'],
  ['a\0b', '610062'],
  ['#+', '232b'],
  ['é€😀', 'c3a9e282acf09f9880'],
  ['\ufeffa', 'efbbbf61'],
  ['\u007f\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}', '7fc280dfbfe0a080efbfbff0908080f48fbfbf'],
])('%j is %s, both ways [MQTT-1.5.3-1]', (text, digits) => {
  expect(toHex(encodeUtf8(text)!)).toBe(digits);
  expect(decodeUtf8(hex(digits))).toBe(text);
});

test.each(['\ud800', 'a\udfff', '\ude00\ude00', '\ud83d\ud83d\ude00', 'a\ud83d', '\ud83db'])(
  'text that holds half of a surrogate pair has no bytes: %j [MQTT-1.5.3-1]',
  (text) => {
    expect(encodeUtf8(text)).toBeUndefined();
  },
);

test.each([
  '80',
  'c1bf',
  'c328',
  'c3',
  'e09fbf',
  'eda080',
  'edbfbf',
  'e28228',
  'f08fbfbf',
  'f4908080',
  'f5808080',
  'ff',
  '61e282',
])('bytes that are not well-formed have no text: %s [MQTT-1.5.3-1]', (digits) => {
  expect(decodeUtf8(hex(digits))).toBeUndefined();
  expect(decodeUtf8(hex(`6162${digits}`))).toBeUndefined();
});

test('any text and any bytes are judged as the platform judges them', () => {
  const units = fc.array(fc.oneof(fc.nat(0x7f), fc.nat(0xffff), fc.integer({ min: 0xd700, max: 0xe000 })), {
    maxLength: 9,
  });
  fc.assert(
    fc.property(units, fc.uint8Array({ maxLength: 8 }), (codes, bytes) => {
      const text = String.fromCharCode(...codes);
      const encoded = encodeUtf8(text);
      // What TextEncoder replaces is what is refused here.
      const isWhole = new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text)) === text;
      expect(encoded && toHex(encoded)).toBe(isWhole ? Buffer.from(text).toString('hex') : undefined);
      expect(decodeUtf8(bytes)).toBe(isUtf8(bytes) ? Buffer.from(bytes).toString() : undefined);
    }),
    { numRuns: 500 },
  );
});

test('all other types are TypeErrors, and a text is memory of its own', () => {
  for (const wrong of [undefined, null, 7, {}, hex('61')]) expect(() => encodeUtf8(wrong as never)).toThrow(TypeError);
  for (const wrong of [undefined, null, 7, 'a', [97], new Uint16Array(1)]) {
    expect(() => decodeUtf8(wrong as never)).toThrow(TypeError);
  }
  expect(encodeUtf8('abc')!.buffer.byteLength).toBe(3);
});
