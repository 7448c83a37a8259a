// A token that was made elsewhere: what is wrong with it is told by its part, and nothing of the signature is shown.

import { createHash, createHmac } from 'node:crypto';
import { createSasToken } from '@mote/client';
import { describe, expect, test } from 'vitest';
import { checkSas } from '../../packages/cli/src/doctor/check-sas.ts';
import type { Subject } from '../../packages/cli/src/doctor/subject.ts';

/** Of this key and end the signature has `+` and `/` in it: both are looked for below. */
const KEY = createHash('sha512').update('no key, and as long as one').digest('base64');
const NOW = 1_800_000_000;
const SUBJECT = { idScope: '0ne00ABCDEF', registrationId: 'd', key: KEY, now: () => NOW * 1000 } as Subject;
const RESOURCE = '0ne00ABCDEF%2Fregistrations%2Fd';
const EXPIRY = Array.from({ length: 200 }, (_, at) => NOW + 600 + at).find((expiry) =>
  /(?=.*\+).*\//.test(signature(RESOURCE, expiry)),
)!;
const GOOD = token(RESOURCE);

function signature(resource: string, expiry: number | string): string {
  return createHmac('sha256', Buffer.from(KEY, 'base64')).update(`${resource}\n${expiry}`).digest('base64');
}

function token(resource: string, expiry: number | string = EXPIRY, behind = '&skn=registration'): string {
  return `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature(resource, expiry))}&se=${expiry}${behind}`;
}

const found = (sas: string, changes: Partial<Subject> = {}) => checkSas({ ...SUBJECT, ...changes, sas });

test('the token of `mote sas` is this one', () => {
  expect(createSasToken({ idScope: '0ne00ABCDEF', registrationId: 'd', key: KEY, expiry: EXPIRY })).toBe(GOOD);
});

describe('is well', () => {
  test.each([
    ['as it is made', GOOD],
    ['with a line end', `${GOOD}\r\n`],
    ['with its fields in another order', GOOD.replace(/(sr=[^&]+)&(.*)/, '$2&$1')],
    ['with small letters in its escapes', token('0ne00ABCDEF%2fregistrations%2fd')],
    ['without escapes', token('0ne00ABCDEF/registrations/d')],
    ['without skn', token(RESOURCE, EXPIRY, '')],
    ['with an empty skn', token(RESOURCE, EXPIRY, '&skn=')],
    ['with a zero in front of its end', token(RESOURCE, `0${EXPIRY}`)],
    ['in other letters', token('0NE00abcdef%2Fregistrations%2FD')],
  ])('%s', (_what, sas) => {
    expect(found(sas)).toMatchObject([{ state: 'good' }]);
  });

  test.each<[string, Partial<Subject>]>([
    ['a key that is none', { key: 'x' }],
    ['a group key that is none', { key: undefined, groupKey: 'x!' }],
    ['a group key, and no registration id', { key: undefined, groupKey: KEY, registrationId: undefined }],
    ['no ids', { idScope: undefined, registrationId: undefined }],
  ])('as far as can be seen with %s', (_what, changes) => {
    expect(found(GOOD, changes)).toMatchObject([{ state: 'good' }]);
  });

  test('but for a plus sign that is not escaped', () => {
    const bare = GOOD.replace(/sig=[^&]+/, (sig) => decodeURIComponent(sig));
    expect(found(bare)).toMatchObject([{ state: 'note', fix: expect.stringContaining('%2B') }]);
  });
});

describe('is told', () => {
  test.each([
    ['nothing', '', 'it is empty'],
    ['a key', KEY, 'it is base64 of 64 bytes, as a shared key has, not a token'],
    ['a connection string', `HostName=h;SharedAccessKey=${KEY}`, 'it is a connection string, not a token'],
    [
      'without its first word',
      GOOD.replace('SharedAccessSignature ', ''),
      'it does not begin with SharedAccessSignature',
    ],
    ['in quotes', `"${GOOD}"`, 'it has quotes, blanks or words around it'],
    ['behind the name of a header', `Authorization: ${GOOD}`, 'it has quotes, blanks or words around it'],
    ['with a blank in front', ` ${GOOD}`, 'it has quotes, blanks or words around it'],
    [
      'in small letters',
      GOOD.replace(/^\w+/, 'sharedaccesssignature'),
      'its first word is SharedAccessSignature, in these letters',
    ],
    ['with names in capitals', GOOD.replace('&sig=', '&SIG='), 'it has no sig'],
    ['with an empty sig', GOOD.replace(/sig=[^&]+/, 'sig='), 'it has no sig'],
    ['without sr and se', GOOD.replace(/sr=[^&]+&/, '').replace(/&se=\d+/, ''), 'it has no sr, no se'],
    ['with sr twice', GOOD.replace('sr=', 'sr=x&sr='), 'it has sr twice'],
    ['with se twice', `${GOOD}&se=1`, 'it has se twice'],
    ['with a sig cut short', GOOD.replace(/sig=[^&]+/, 'sig=AAAA'), 'its sig is not base64'],
    [
      'with a sig of URLs',
      GOOD.replace(/sig=[^&]+/, `sig=${Buffer.from(signature(RESOURCE, EXPIRY), 'base64').toString('base64url')}`),
      'its sig is not base64',
    ],
    ['with escapes that are broken', GOOD.replace('sig=', 'sig=%zz'), 'its percent-encoding is broken'],
    ['with an end that has a fraction', token(RESOURCE, `${EXPIRY}.5`), 'its se is no whole number of seconds'],
    ['with an end that is a date', token(RESOURCE, '2027-01-01'), 'its se is no whole number of seconds'],
    ['with an end before 1970', token(RESOURCE, -5), 'its se is no whole number of seconds'],
    ['with an end in milliseconds', token(RESOURCE, EXPIRY * 1000), 'its `se` counts milliseconds'],
    [
      'of a policy of the service',
      token(RESOURCE, EXPIRY, '&skn=provisioningserviceowner'),
      'its skn is a policy of the service',
    ],
    ['of a hub', token('h.azure-devices.net%2Fdevices%2Fd'), 'it is for h.azure-devices.net/devices/d, not for'],
    [
      'with escapes twice',
      token('0ne00ABCDEF%252Fregistrations%252Fd'),
      'it is for 0ne00ABCDEF%2Fregistrations%2Fd, not for',
    ],
    ['that has ended', token(RESOURCE, NOW - 60), 'it ended'],
  ])('a token %s', (_what, sas, says) => {
    const findings = found(sas);
    expect(findings).toMatchObject([{ state: 'bad', says: expect.stringContaining(says) }]);
    for (const secret of [KEY, signature(RESOURCE, EXPIRY)])
      expect(JSON.stringify(findings)).not.toContain(secret.slice(4, 12));
  });
});
