// What people give in place of a key in base64: the command says what is wrong with it, the library refuses it, and nothing of it is shown.

import { randomBytes } from 'node:crypto';
import { deriveDeviceKey } from '@mote/client';
import { readSharedKey } from '@mote/client/material';
import { describe, expect, test } from 'vitest';

/** 64 bytes that have each character of base64 that another form changes. */
const BYTES = Buffer.concat([randomBytes(1), Buffer.from('fbfffe3ebffbe0', 'hex'), randomBytes(56)]);
const KEY = BYTES.toString('base64');
/** A key with four plus signs: without them it is base64 of three bytes less. */
const BLANKS_IN_FOURS = `AA AA AA AA ${Buffer.alloc(57, 'x').toString('base64').slice(0, 74)}==`;
const base64Twice = (size: number): string => Buffer.from(randomBytes(size).toString('base64')).toString('base64');

describe('is read', () => {
  test.each<[string, string]>([
    ['with a space of no width inside', `${KEY.slice(0, 9)}\u200b${KEY.slice(9)}`],
    ['with a soft hyphen inside', `${KEY.slice(0, 40)}\u00ad${KEY.slice(40)}`],
    ['with marks of direction around it', `\u200e${KEY}\u202c`],
    ['with a word joiner behind it', `${KEY}\u2060`],
    ['with a byte order mark inside', `${KEY.slice(0, 9)}\ufeff${KEY.slice(9)}`],
    ['with a space that does not break behind it', `${KEY}\u00a0`],
    ['with tabs and line ends around it', `\t${KEY}\r\n\n`],
  ])('%s', (_what, text) => {
    for (const input of [text, Buffer.from(text)]) {
      expect(readSharedKey(input)).toEqual({ key: KEY, raw: false });
      expect(deriveDeviceKey(input, 'device')).toBe(deriveDeviceKey(KEY, 'device'));
    }
  });
});

describe('is refused', () => {
  test.each<[string, string, string]>([
    ['in quotes', `"${KEY}"`, 'has quotes in it'],
    ['in single quotes', `'${KEY}'`, 'has quotes in it'],
    ['in backticks', `\`${KEY}\``, 'has quotes in it'],
    ['in the quotes of a word processor', `\u201c${KEY}\u201d`, 'has quotes in it'],
    ['in French quotes', `\xab${KEY}\xbb`, 'has quotes in it'],
    ['between the marks of a placeholder', `<${KEY}>`, 'stands between < and >'],
    ['percent-encoded', encodeURIComponent(KEY), 'is percent-encoded'],
    ['with small letters in its percent escapes', KEY.replaceAll('+', '%2b'), 'is percent-encoded'],
    ['with the escapes of JSON', KEY.replaceAll('/', '\\/'), 'has escapes of JSON or HTML'],
    ['with other escapes of JSON', KEY.replaceAll('+', '\\u002b'), 'has escapes of JSON or HTML'],
    ['with the escapes of HTML', KEY.replaceAll('+', '&#43;'), 'has escapes of JSON or HTML'],
    ['as base64 of URLs', BYTES.toString('base64url'), 'holds base64 of URLs'],
    ['with blanks for plus signs', KEY.replaceAll('+', ' '), 'were they + signs?'],
    ['with so many blanks that base64 is left', BLANKS_IN_FOURS, 'were they + signs?'],
    ['without its padding', KEY.replaceAll('=', ''), 'was the = at its end lost?'],
    ['without a part of its padding', KEY.slice(0, -1), 'was the = at its end lost?'],
    [
      'behind a name',
      `primaryKey: ${KEY}`,
      'holds a name with a value behind it, not a key in base64: give the value alone',
    ],
    ['in a line of .env', `export DPS_KEY="${KEY}"`, 'give the value alone'],
    [
      'in a connection string',
      `HostName=h;DeviceId=d;SharedAccessKey=${KEY}`,
      'give what stands behind SharedAccessKey=',
    ],
    ['in JSON', `{"primaryKey":"${KEY}"}`, 'holds JSON'],
    ['twice', `${KEY}\n${KEY}`, 'holds more than one key'],
    ['beside another', `${KEY}, ${randomBytes(32).toString('base64')}`, 'holds more than one key'],
    ['as base64 of base64', Buffer.from(KEY).toString('base64'), 'is base64 of base64'],
    ['as base64 of base64 of 32 bytes', base64Twice(32), 'is base64 of base64'],
    ['as base64 of a line', Buffer.from(`${KEY}\n`).toString('base64'), 'is base64 of base64'],
    ['in hex', BYTES.toString('hex'), 'holds 64 bytes in hex'],
    ['in hex with colons', BYTES.toString('hex').replace(/..(?!$)/g, '$&:'), 'holds 64 bytes in hex'],
    ['in hex behind 0x', `0x${BYTES.toString('hex')}`, 'holds 64 bytes in hex'],
    ['in hex of 32 bytes, which looks like base64', BYTES.toString('hex', 0, 32), 'holds 32 bytes in hex'],
  ])('%s', (_what, text, words) => {
    for (const input of [text, Buffer.from(text)]) {
      const message = refusalOf(() => readSharedKey(input));
      expect(message).toContain(words);
      expect(leaksOf(message)).toEqual([]);
    }
  });

  test.each<[string, string, string]>([
    ['a file name', 'device.key', 'holds the name of a file, not a key in base64: give what it holds'],
    ['a path', './secrets/device.txt', 'holds the name of a file'],
    ['a GUID', '3f2504e0-4f89-41d3-9a0c-0305e82c3301', 'holds a GUID'],
    ['a placeholder', '<your key here>', 'stands between < and >'],
    ['a placeholder in capitals', 'REPLACE_WITH_YOUR_KEY', 'is not base64 (21 characters)'],
    ['a path of the portal', '/subscriptions/abc/resourceGroups/x', 'is not base64 (35 characters)'],
    ['a word', 'x', 'is not base64 (1 character)'],
    ['nothing', ' \r\n', 'is empty'],
  ])('%s', (_what, text, words) => {
    const message = refusalOf(() => readSharedKey(text));
    expect(message).toContain(words);
    expect(message).not.toContain('lost');
  });

  test('by the library, in hex, where it would be the base64 of other bytes', () => {
    for (const length of [16, 24, 32, 36, 48])
      for (const hex of [BYTES.toString('hex', 0, length), BYTES.toString('hex', 0, length).toUpperCase()])
        expect(() => deriveDeviceKey(hex, 'device')).toThrow('base64 of 16 to 64 bytes');
  });
});

const refusalOf = (call: () => unknown): string => {
  try {
    call();
    return 'taken';
  } catch (error) {
    return (error as Error).message;
  }
};

const leaksOf = (message: string): string[] =>
  [KEY, BYTES.toString('base64url'), BYTES.toString('hex'), Buffer.from(KEY).toString('base64')].flatMap((form) =>
    Array.from({ length: form.length - 5 }, (_, at) => form.slice(at, at + 6)).filter((part) => message.includes(part)),
  );
