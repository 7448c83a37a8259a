import { expect, test } from 'vitest';
import { parseSasToken, type ReadToken } from '../../packages/emulator/src/service/credentials/sas-token.ts';
import { findSasFault } from '../../packages/emulator/src/service/enrollment/sas-fault.ts';
import { hmac } from './memory-service.ts';
import { ENCODINGS, sasToken } from './sas.ts';

const idScope = '0ne00ABCDEF';
const registrationId = 'sensor-17';
const key = 'Jsm0lyGpjaVYVP2g3FnmnmG9dI/9qU24wNoykUmermc=';
const check = { idScope, registrationId, keys: [Buffer.from(key, 'base64')], nowSeconds: 1_893_455_999, hmac };

function fault(text: string, overrides: Partial<typeof check> = {}): string | undefined {
  const token = parseSasToken(text);
  return typeof token === 'string' ? token : findSasFault(token, { ...check, ...overrides });
}

// reference vectors V1 (published by Microsoft), V3 and V4, with the three spellings of sr that SDKs use
test.each([
  [
    'V1 %2F',
    '0ne00ABCDEF',
    'sn-007-888-abc-mac-a1-b2-c3-d4-e5-f6',
    key,
    'NGy3xZ2dcn4vpClIWevm8/vSPiJK+GWqBJaGjL/Tm/I=',
    '%2F',
  ],
  [
    'V1 %2f',
    '0ne00ABCDEF',
    'sn-007-888-abc-mac-a1-b2-c3-d4-e5-f6',
    key,
    'OIMadz1TznT4/8Zt65W+g1lUzbyAm1N0sLeti9p5WKo=',
    '%2f',
  ],
  [
    'V1 raw',
    '0ne00ABCDEF',
    'sn-007-888-abc-mac-a1-b2-c3-d4-e5-f6',
    key,
    '9T8IesvB1XRasNkxTJpTcZsZNl+7Iga76kO4ed5VKsg=',
    '/',
  ],
])('a token of the service is accepted as published: %s', (_name, scope, id, deviceKey, signature, slash) => {
  const sr = [scope, 'registrations', id].join(slash);
  const text = `SharedAccessSignature sr=${sr}&sig=${encodeURIComponent(signature)}&se=1893456000&skn=registration`;
  const keys = [Buffer.from(deviceKey, 'base64')];
  expect(fault(text, { idScope: scope, registrationId: id, keys })).toBeUndefined();
});

test('an expiry beyond 2^31 seconds is understood (vector V3)', () => {
  const text =
    'SharedAccessSignature sr=0cn00FEDCBA%2Fregistrations%2FDev%3A01.a_b-C&sig=DDsSnU7J8IYNht4Z%2BAtzrIfNBHJrvSsVF1HHnPkKG6Q%3D&se=4102444800&skn=registration';
  const keys = [Buffer.from('D5ngwmNEAisjXA9X+ectHIRnTsZ4IWnWbGrgpZlM7Ug=', 'base64')];
  expect(fault(text, { idScope: '0cn00FEDCBA', registrationId: 'Dev:01.a_b-C', keys })).toBeUndefined();
});

test.each(Object.entries(ENCODINGS))('sr may be written with %s', (_name, encode) => {
  expect(fault(sasToken({ idScope, registrationId, key, encode }))).toBeUndefined();
});

test.each([
  ['left out (Python)', undefined],
  ['empty (Java)', ''],
  ['registration', 'registration'],
])('skn may be %s', (_name, keyName) => {
  expect(fault(sasToken({ idScope, registrationId, key, keyName }))).toBeUndefined();
});

test('the fields may come in any order', () => {
  expect(fault(sasToken({ idScope, registrationId, key, order: ['se', 'skn', 'sig', 'sr'] }))).toBeUndefined();
});

test.each([
  ['another key', sasToken({ idScope, registrationId, key: Buffer.alloc(32).toString('base64') }), 'signature'],
  ['another registration id', sasToken({ idScope, registrationId: 'sensor-18', key }), 'sr of the token'],
  ['another scope', sasToken({ idScope: '0ne00000000', registrationId, key }), 'sr of the token'],
  ['another key name', sasToken({ idScope, registrationId, key, keyName: 'device' }), 'skn'],
  ['an expiry now', sasToken({ idScope, registrationId, key, expiry: 1_893_455_999 }), 'expired 0 s ago'],
  ['an expiry an hour ago', sasToken({ idScope, registrationId, key, expiry: 1_893_452_399 }), 'expired 3600 s ago'],
  [
    'an altered expiry',
    sasToken({ idScope, registrationId, key }).replace('se=4102444800', 'se=4102444801'),
    'signature',
  ],
  ['an altered spelling of sr', sasToken({ idScope, registrationId, key }).replace('/r', '%2Fr'), 'signature'],
  ['no sr', 'SharedAccessSignature sig=AA%3D%3D&se=1', 'no sr'],
  ['no sig', 'SharedAccessSignature sr=a&se=1', 'no readable sig'],
  ['a sig of 31 bytes', `SharedAccessSignature sr=a&sig=${Buffer.alloc(31).toString('base64')}&se=1`, '32 bytes'],
  ['a sig that is not base64', 'SharedAccessSignature sr=a&sig=!!!!&se=1', '32 bytes'],
  ['se in hex', `SharedAccessSignature sr=a&sig=${Buffer.alloc(32).toString('base64')}&se=0x10`, 'number of seconds'],
  ['a field twice', 'SharedAccessSignature sr=a&sr=b', 'sr twice'],
  ['another scheme', 'Bearer abc', 'does not start with'],
])('a token with %s is refused', (_name, text, reason) => {
  expect(fault(text)).toContain(reason);
});

test('the comparison of signatures looks at every byte, wherever the first difference lies', () => {
  const expected = Buffer.alloc(32, 0xab);
  for (let position = 0; position < 32; position++) {
    const signature = Buffer.from(expected);
    signature[position]! ^= 1;
    const resource = `${idScope}/registrations/${registrationId}`;
    const signatureBase64 = signature.toString('base64');
    const token: ReadToken = {
      resource,
      path: resource,
      signatureBase64,
      signature,
      expiry: 4_102_444_800,
      policyName: undefined,
    };
    expect(findSasFault(token, { ...check, hmac: () => expected })).toContain('signature');
  }
});
