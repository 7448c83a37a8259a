import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { utf8String } from '../../../packages/emulator/src/pki/der.ts';
import { legacy } from '../../client/attestation/legacy.ts';
import {
  COMMON_NAME,
  certificate,
  certificateFor,
  ecKey,
  nameOf,
  ORGANIZATIONAL_UNIT,
  pem,
} from '../../client/attestation/made.ts';
import { pkcs12 } from '../../client/attestation/pkcs12.ts';
import { spoken } from './spoken.ts';

let dps: Emulator;
let dir: string;
let common: string[];
const path = (name: string) => join(dir, name);
const derOf = (text: string) => Buffer.from(text.replace(/-----[^-]+-----|\s/g, ''), 'base64');

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'mote-credentials-'));
  dps = await startEmulator({ retryAfterSeconds: 0, pollsBeforeAssigned: 0 });
  const { cert, key } = dps.issueDeviceCertificate('gateway-7');
  const locked = createPrivateKey(key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'a b',
  });
  const chain = cert.split(/(?<=END CERTIFICATE-----\n)/).filter(Boolean);
  const files: Record<string, string | Buffer> = {
    'ca.pem': dps.ca,
    'ca.txt': Buffer.from(`\ufeff${dps.ca.replaceAll('\n', '\r\n')}`, 'utf16le'),
    'ca.der': derOf(dps.ca),
    'device.pem': cert,
    'device.key': key,
    'locked.key': locked,
    'both.pem': `Bag Attributes\n    localKeyID: 01\n${key}${cert}`,
    'device.p12': pkcs12({ certificates: chain.map(derOf).reverse(), key: createPrivateKey(key), passphrase: 'a b' }),
    words: 'a b\r\n',
    'words with mark': '\ufeffa b\nnot this\n',
    'words of none': '\n',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(path(name), content);
  common = ['provision', '--json', '--host', `${dps.host}:${dps.port}`, '--id-scope', dps.idScope];
});
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await dps.close();
});

describe('a device with a certificate', () => {
  test.each<[string, () => string[]]>([
    ['two files', () => ['--cert', path('device.pem'), '--cert-key', path('device.key')]],
    ['one file for both', () => ['--cert', path('both.pem')]],
    [
      'an encrypted key, its passphrase in a file',
      () => ['--cert', path('device.pem'), '--cert-key', path('locked.key'), '--passphrase-file', path('words')],
    ],
    ['PKCS #12', () => ['--cert', path('device.p12'), '--passphrase-file', path('words with mark')]],
    ['PKCS #12 and the passphrase as a flag', () => ['--cert', path('device.p12'), '--passphrase', 'a b']],
  ])('is who its certificate says, from %s', async (_form, words) => {
    for (const ca of ['ca.pem', 'ca.txt', 'ca.der']) {
      const { code, text } = await spoken([...common, '--ca', path(ca), ...words()]);
      expect({ code, text }).toEqual({ code: 0, text: expect.stringContaining('"registrationId":"gateway-7"') });
    }
  });

  test('all of it may come from variables', async () => {
    const { code } = await spoken(['provision'], {
      DPS_HOST: `${dps.host}:${dps.port}`,
      DPS_ID_SCOPE: dps.idScope,
      DPS_CA: path('ca.txt'),
      DPS_CERT: path('device.p12'),
      DPS_PASSPHRASE_FILE: path('words'),
    });
    expect(code).toBe(0);
  });

  test('is examined in the same forms', async () => {
    for (const words of [['both.pem'], ['device.p12', '--passphrase-file', path('words')]]) {
      const [file = '', ...more] = words;
      const { code, text } = await spoken([
        'doctor',
        ...common.slice(2),
        ...[
          '--registration-id',
          'gateway-7',
          '--ca',
          path('ca.pem'),
          '--cert',
          path(file),
          '--ws-port',
          String(dps.webSocketPort),
        ],
        ...more,
      ]);
      expect(text).toContain('✔ private key      belongs to the certificate (ec)');
      expect({ code, text }).toEqual({ code: 0, text: expect.stringContaining('assigned to') });
    }
  });
});

describe('what is wrong with it is said before anything is dialled, and in doctor', () => {
  const key = ecKey();
  const pkcs8 = (one = key) => one.export({ type: 'pkcs8', format: 'pem' }).toString();
  const named = (...names: string[]) =>
    pem('CERTIFICATE', certificate(nameOf(...names.map((name) => [[COMMON_NAME, utf8String(name)] as const])), key));
  const koblitz = ecKey('secp256k1');
  const [cipher = '', old = ''] = legacy()[0]!;
  test.each<[string, { cert: string; key?: string; id?: string; words?: string[] }, flag: string, says: string]>([
    [
      'a curve',
      { cert: pem('CERTIFICATE', certificateFor('d', koblitz)), key: pkcs8(koblitz) },
      'cert',
      'has a key of secp256k1, which TLS cannot use',
    ],
    [
      'an old cipher',
      { cert: named('d'), key: old, words: ['--passphrase', 'x'] },
      'cert-key',
      `is encrypted with ${cipher}`,
    ],
    [
      'a missing passphrase',
      {
        cert: named('d'),
        key: key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes128', passphrase: 'x' }).toString(),
      },
      'passphrase',
      'is missing: the private key is encrypted',
    ],
    [
      'a wrong passphrase',
      {
        cert: named('d'),
        key: key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes128', passphrase: 'x' }).toString(),
        words: ['--passphrase', 'y'],
      },
      'passphrase',
      'is wrong for the private key',
    ],
    ['another key', { cert: named('d'), key: pkcs8(ecKey()) }, 'cert-key', 'does not belong to the certificate'],
    ['the two swapped', { cert: pkcs8(), key: named('d') }, 'cert', 'the two are swapped'],
    ['no key at all', { cert: named('d') }, 'cert-key', 'is missing, and'],
  ])('%s', async (_what, { cert, key: keyText, words = [] }, flag, says) => {
    writeFileSync(path('x.pem'), cert);
    if (keyText !== undefined) writeFileSync(path('x.key'), keyText);
    const given = ['--cert', path('x.pem'), ...(keyText === undefined ? [] : ['--cert-key', path('x.key')]), ...words];
    const device = ['--id-scope', '0ne00ABCDEF', '--registration-id', 'd', '--host', '127.0.0.1:1'];
    const { code, stderr } = await spoken(['provision', ...device, ...given]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(`--${flag}`) });
    expect(stderr).toContain(says);
    const examined = await spoken(['doctor', '--no-register', ...device, ...given]);
    expect(examined.code).toBe(1);
    expect(examined.text).toContain(flag === 'cert-key' && keyText === undefined ? 'none was given' : says);
  });

  test.each([
    ['no name', [], 'has no common name'],
    ['two names', ['one', 'two'], 'has 2 common names: one, two'],
  ])('no id, and a certificate with %s', async (_what, names, says) => {
    writeFileSync(path('x.pem'), named(...names) + pkcs8());
    const { code, stderr } = await spoken(['provision', '--id-scope', '0ne00ABCDEF', '--cert', path('x.pem')]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining(`--registration-id is missing, and the certificate in ${path('x.pem')} ${says}`),
    });
  });

  test('a relative name of several attributes is read in doctor, too', async () => {
    const subject = nameOf([
      [ORGANIZATIONAL_UNIT, utf8String('line 3')],
      [COMMON_NAME, utf8String('dev-a1')],
    ]);
    writeFileSync(path('x.pem'), pem('CERTIFICATE', certificate(subject, key)) + pkcs8());
    const { text } = await spoken([
      'doctor',
      '--no-register',
      '--host',
      '127.0.0.1:1',
      '--registration-id',
      'dev-a1',
      '--cert',
      path('x.pem'),
    ]);
    expect(text).toContain('✔ common name      is the registration id, dev-a1');
  });

  test('a passphrase file without a first line', async () => {
    const { code, stderr } = await spoken([
      ...common,
      '--cert',
      path('device.p12'),
      '--passphrase-file',
      path('words of none'),
    ]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('--passphrase-file: the first line of'),
    });
  });
});

test('a key of raw bytes is taken, and said to be', async () => {
  const enrolled = dps.enrollments.find((one) => one.kind === 'individual' && one.attestation === 'symmetricKey')!;
  writeFileSync(path('raw'), Buffer.from(enrolled.primaryKey!, 'base64'));
  const { code, stderr } = await spoken([
    ...common,
    '--ca',
    path('ca.pem'),
    '--registration-id',
    enrolled.registrationId!,
    '--key-file',
    path('raw'),
  ]);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringContaining('bytes that are no text; taken as the key itself'),
  });
});
