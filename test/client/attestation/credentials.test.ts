import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { x509 } from '@mote/client';
import { MaterialError, readCredentials } from '@mote/client/material';
import { describe, expect, test } from 'vitest';
import { der, utf8String } from '../../../packages/emulator/src/pki/der.ts';
import { legacy } from './legacy.ts';
import { COMMON_NAME, certificate, certificateFor, ecKey, nameOf, ORGANIZATIONAL_UNIT, pem } from './made.ts';
import { pkcs12 } from './pkcs12.ts';

const KEY = ecKey();
const CERT = pem('CERTIFICATE', certificateFor('device', KEY));
const pkcs8 = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();

function problem(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof MaterialError) return `${error.slot} ${error.message}`;
    throw error;
  }
  return 'none';
}

describe('each cause has its own sentence', () => {
  const locked = (type: 'pkcs8' | 'sec1') =>
    KEY.export({ type: type as 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'right' }).toString();
  test.each(['pkcs8', 'sec1'] as const)('passphrase of a %s key: right, wrong, missing, empty', (type) => {
    const key = locked(type);
    expect(problem(() => readCredentials({ cert: CERT, key, passphrase: 'right' }))).toBe('none');
    expect(problem(() => readCredentials({ cert: CERT, key, passphrase: 'wrong' }))).toBe(
      'passphrase is wrong for the private key',
    );
    for (const passphrase of [undefined, ''])
      expect(problem(() => readCredentials({ cert: CERT, key, passphrase }))).toBe(
        'passphrase is missing: the private key is encrypted',
      );
  });

  test('a wrong passphrase is called so each of many times: by chance what comes out may look like a key', () => {
    const key = locked('sec1');
    const said = new Set(
      Array.from({ length: 600 }, (_, i) =>
        problem(() => readCredentials({ cert: CERT, key, passphrase: `wrong ${i}` })),
      ),
    );
    expect([...said]).toEqual(['passphrase is wrong for the private key']);
  });

  test.each(legacy())('a key under a cipher that OpenSSL 3 left: %s', (cipher, key) => {
    for (const passphrase of ['right', 'wrong', undefined])
      expect(problem(() => readCredentials({ cert: CERT, key, passphrase }))).toContain(
        `key is encrypted with ${cipher}, which OpenSSL 3 no longer reads; write it anew: openssl pkcs8 -topk8 -v2 aes-256-cbc`,
      );
  });

  test.each(['secp256k1', 'secp224r1', 'brainpoolP256r1', 'brainpoolP384r1', 'brainpoolP512r1', 'sect283r1'])(
    'a certificate that TLS cannot use: %s',
    (curve) => {
      const key = ecKey(curve);
      const cert = pem('CERTIFICATE', certificateFor('device', key));
      expect(problem(() => readCredentials({ cert, key: pkcs8(key) }))).toBe(
        `cert has a key of ${curve}, which TLS cannot use: P-256, P-384, P-521 or RSA is needed`,
      );
    },
  );

  test.each<[string, () => KeyObject]>([
    ['P-256', () => ecKey('P-256')],
    ['P-384', () => ecKey('P-384')],
    ['P-521', () => ecKey('P-521')],
    ['RSA', () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
    ['Ed25519', () => generateKeyPairSync('ed25519').privateKey],
  ])('one that it can: %s', (_kind, make) => {
    const key = make();
    const cert = pem('CERTIFICATE', certificateFor('device', key));
    expect(problem(() => readCredentials({ cert, key: pkcs8(key) }))).toBe('none');
  });

  test('an RSA key that is too short for OpenSSL', () => {
    const key = generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey;
    const cert = pem('CERTIFICATE', certificateFor('device', key));
    expect(problem(() => readCredentials({ cert, key: pkcs8(key) }))).toBe(
      'cert is refused by OpenSSL: ERR_SSL_EE_KEY_TOO_SMALL',
    );
  });

  test('a key that does not fit, one of another certificate of the chain, and the two swapped', () => {
    const other = ecKey();
    const chain = CERT + pem('CERTIFICATE', certificateFor('other', other));
    expect(problem(() => readCredentials({ cert: CERT, key: pkcs8(other) }))).toBe(
      'key does not belong to the certificate',
    );
    expect(problem(() => readCredentials({ cert: chain, key: pkcs8(other) }))).toMatch(
      /^key belongs to certificate 2 of the chain/,
    );
    expect(problem(() => readCredentials({ cert: pkcs8(KEY), key: CERT }))).toMatch(
      /^cert holds an EC private key, .* the two are swapped$/,
    );
  });

  test.each([
    ['nothing', undefined, 'cert is missing'],
    ['a number', 5, 'cert is to be text or bytes'],
    ['null', null, 'cert is to be text or bytes'],
    ['a list', [], 'cert is to be text or bytes'],
  ])('%s in place of a certificate', (_what, cert, sentence) => {
    expect(problem(() => readCredentials({ cert: cert as never, key: pkcs8(KEY) }))).toBe(sentence);
  });

  test('a certificate without its key', () => {
    expect(problem(() => readCredentials({ cert: CERT }))).toBe('key holds a certificate, not a private key');
  });
});

test.each(['TSS2 PRIVATE KEY', 'PKCS#11 PROVIDER URI'])(
  'what stands for a key elsewhere is left to OpenSSL: %s',
  (label) => {
    const key = pem(label, Buffer.from('300b060667810506010aa0010101'.slice(0, 26), 'hex'));
    // Without the provider it cannot be read; with it, it is a key as any other.
    expect(problem(() => readCredentials({ cert: CERT, key }))).toMatch(
      /^key holds what stands for a private key in a TPM or HSM that cannot be read \(ERR_OSSL/,
    );
  },
);

describe('the common name is that of the structure', () => {
  const name = nameOf;
  const cn = (text: string) => [COMMON_NAME, utf8String(text)] as const;
  const ou = (text: string) => [ORGANIZATIONAL_UNIT, utf8String(text)] as const;
  const bmp = (text: string) => der(0x1e, Buffer.from(text, 'utf16le').swap16());
  const universal = (text: string) => der(0x1c, Buffer.from([...text].flatMap((one) => [0, 0, 0, one.charCodeAt(0)])));
  test.each<[string, Buffer]>([
    ['alone', name([cn('dev-a1')])],
    ['behind another attribute of one relative name', name([ou('line 3'), cn('dev-a1')])],
    ['before another attribute of one relative name', name([cn('dev-a1'), ou('line 3')])],
    ['in a second relative name', name([ou('line 3')], [cn('dev-a1')])],
    ['among many', name([ou('a')], [ou('b'), cn('dev-a1'), ou('c')], [ou('d')])],
    ['behind one that looks like it', name([ou('x\nCN=other')], [cn('dev-a1')])],
    ['behind one with a plus', name([ou('x + CN=other')], [cn('dev-a1')])],
    ['as PrintableString', name([[COMMON_NAME, der(0x13, Buffer.from('dev-a1'))]])],
    ['as IA5String', name([[COMMON_NAME, der(0x16, Buffer.from('dev-a1'))]])],
    ['as T61String', name([[COMMON_NAME, der(0x14, Buffer.from('dev-a1'))]])],
    ['as BMPString', name([[COMMON_NAME, bmp('dev-a1')]])],
    ['as UniversalString', name([[COMMON_NAME, universal('dev-a1')]])],
    ['one of two', name([cn('first')], [cn('dev-a1')])],
    ['in another letter case', name([cn('DEV-A1')])],
  ])('%s', (_where, subject) => {
    for (const version of [3, 1] as const) {
      const cert = pem('CERTIFICATE', certificate(subject, KEY, version));
      expect(() => x509({ cert, key: pkcs8(KEY) }).check('dev-a1')).not.toThrow();
      expect(() => x509({ cert, key: pkcs8(KEY) }).check('other')).toThrow(
        'x509.cert: the registration id as common name',
      );
    }
  });

  test.each<[string, Buffer]>([
    ['none', name([ou('dev-a1')])],
    ['an empty subject', name()],
    ['only in the text of another attribute', name([ou('x\nCN=dev-a1')])],
    ['with more behind a zero', name([cn('dev-a1\0.other')])],
    ['with a blank at its end', name([cn('dev-a1 ')])],
  ])('not: %s', (_where, subject) => {
    const cert = pem('CERTIFICATE', certificate(subject, KEY));
    expect(() => x509({ cert, key: pkcs8(KEY) }).check('dev-a1')).toThrow('the registration id as common name');
  });
});

describe('a PKCS #12 file holds certificate and key', () => {
  const issuerKey = ecKey();
  const others = [certificateFor('root', issuerKey), certificateFor('device', KEY)];
  const file = pkcs12({ certificates: others, key: KEY, passphrase: 'right' });
  test.each([
    ['its bytes', file],
    ['base64', file.toString('base64')],
    ['PEM of an unusual label', pem('PKCS12', file)],
  ])('as %s; the certificate of the key is the first', (_form, cert) => {
    const { chain, key } = readCredentials({ cert, passphrase: 'right' });
    expect(chain.map(({ subject }) => subject)).toEqual(['CN=device']);
    expect(key).toContain('ENCRYPTED PRIVATE KEY');
    expect(() => x509({ cert, passphrase: 'right' }).check('device')).not.toThrow();
  });

  test('with a wrong passphrase, or none', () => {
    expect(problem(() => readCredentials({ cert: file, passphrase: 'wrong' }))).toBe(
      'passphrase is wrong for the PKCS #12 file',
    );
    expect(problem(() => readCredentials({ cert: file }))).toBe(
      'passphrase is missing: the PKCS #12 file is encrypted',
    );
  });

  test('with each of 1,500 wrong passphrases: a few of them make bytes that have a padding', () => {
    const words = Array.from({ length: 1500 }, (_, n) =>
      problem(() => readCredentials({ cert: file, passphrase: `wrong ${n}` })),
    );
    expect(new Set(words)).toEqual(new Set(['passphrase is wrong for the PKCS #12 file']));
  });

  test('whatever is cut off or changed in it, it is refused as what it is, and nothing else is thrown', () => {
    for (let at = 0; at < file.length; at += 3) {
      const changed = Buffer.from(file);
      changed[at] = changed[at]! ^ 0x15;
      for (const cert of [file.subarray(0, at), changed])
        expect(problem(() => readCredentials({ cert, passphrase: 'right' }))).toMatch(/^(none|cert|key|passphrase)/);
    }
  });
});
