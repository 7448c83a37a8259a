import { describe, expect, test } from 'vitest';
import { hexOf, readByteText } from '../../packages/cli/src/inspect/reading/byte-text.ts';
import { readPieces } from '../../packages/cli/src/inspect/reading/capture.ts';

const PUBLISH = '30050003612f62';

describe('one packet in the dresses that logs, languages and tools give it', () => {
  test.each([
    ['plain hex', '30050003612f62'],
    ['capitals and spaces', '30 05 00 03 61 2F 62'],
    ['colons', '30:05:00:03:61:2f:62'],
    ['0x in front of each byte', '0x30, 0x05, 0x00, 0x03, 0x61, 0x2f, 0x62'],
    ['0x in front of all', '0x30050003612f62'],
    ['an escaped string', '"\\x30\\x05\\x00\\x03\\x61\\x2f\\x62"'],
    ['a Buffer as Node prints it', '<Buffer 30 05 00 03 61 2f 62>'],
    ['a Uint8Array as Node prints it', 'Uint8Array(7) [\n  48, 5, 0, 3,\n  97, 47, 98\n]'],
    ['a log prefix', 'C>S raw 30050003612f62'],
    ['zeros left out', '30 5 0 3 61 2f 62'],
    ['line breaks', '3005\n0003\n612f62\n'],
    ['xxd', '00000000: 3005 0003 612f 62                        0...a/b'],
    ['hexdump -C', '00000000  30 05 00 03 61 2f 62                              |0...a/b|\n00000007'],
    ['tcpdump -X', '0x0000:  3005 0003 612f 62                        0...a/b'],
    ['base64', 'MAUAA2EvYg=='],
    ['base64 without padding', 'MAUAA2EvYg'],
  ])('%s', (_dress, text) => {
    expect(hexOf(readByteText(text))).toBe(PUBLISH);
  });

  test('a dump of many rows is put together, whatever stands in its right column', () => {
    const rows = [
      '0000   30 12 00 03 61 2f 62 62 65 65 66 20 63 61 66 65   0...a/bbeef cafe',
      '0010   20 61 62 63   abc',
    ];
    expect(hexOf(readByteText(rows.join('\n')))).toBe('30120003612f62626565662063616665' + '20616263');
  });
});

test.each([
  ['300', 'an odd number of hex digits: 3'],
  ['', 'there are no bytes in it'],
  ['30 05 zz!', 'neither hex nor base64: "z" stands at character 7'],
  [
    '30050003612g62',
    'neither hex nor base64: "g" stands at character 12, and as base64 it is cut off or padded wrongly',
  ],
  ['MAUAA2EvYg=', 'neither hex nor base64: "M" stands at character 1, and as base64 it is cut off or padded wrongly'],
  ['MAUAA2EvYh==', 'and as base64 it is cut off or padded wrongly'],
])('%j is refused with the place where it stops making sense', (text, message) => {
  expect(() => readByteText(text)).toThrow(message);
});

// The smallest packet has two bytes, and a packet whose base64 is all small letters is rarer than a slip in a file name.
test.each(['zz', 'wA==', 'nonsense', 'packets', 'hello world', 'dumps/one'])('%j is a word, not base64', (text) => {
  expect(() => readByteText(text)).toThrow(/^neither hex nor base64: /);
});

test('the smallest packet is read from base64, padded or not', () => {
  for (const text of ['wAA=', 'wAA']) expect(hexOf(readByteText(text))).toBe('c000');
});

test('base64url, as tokens use it, is base64', () => {
  expect(hexOf(readByteText('_-8w'))).toBe('ffef30');
});

test('a capture keeps direction and time of each packet', () => {
  const line = (direction: string, bytes: string) =>
    JSON.stringify({ time: '2026-01-02T03:04:05.678Z', direction, bytes });
  expect(readPieces(`${line('sent', 'c000')}\n\n${line('received', 'd000')}\n`)).toEqual([
    { bytes: Uint8Array.of(0xc0, 0), from: 'device', time: '2026-01-02T03:04:05.678Z' },
    { bytes: Uint8Array.of(0xd0, 0), from: 'service', time: '2026-01-02T03:04:05.678Z' },
  ]);
});

test.each([
  ['{"bytes":"c000"}\n{"bytes":', 'line 2 of the capture is not JSON'],
  ['{"time":"2026-01-02T03:04:05.678Z"}', 'line 1 of the capture has no "bytes"'],
])('a broken capture names its line', (text, message) => {
  expect(() => readPieces(text)).toThrow(message);
});
