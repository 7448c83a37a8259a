import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { certificateFor, ecKey, pem, revocationList, signingRequest } from './made.ts';
import { pkcs12 } from './pkcs12.ts';

/** What a file may hold in the wrong place. */
export interface Sample {
  readonly content: Buffer;
  /** What the refusal has to call it. */
  readonly words: string;
  /** The slots in which it is right. */
  readonly fits: readonly Slot[];
}

export type Slot = 'cert' | 'key' | 'ca' | 'csr' | 'shared key' | 'json';

const pkcs8 = (key: KeyObject): Buffer => Buffer.from(key.export({ type: 'pkcs8', format: 'pem' }));
const spki = (key: KeyObject): Buffer => Buffer.from(createPublicKey(key).export({ type: 'spki', format: 'pem' }));
const text = (content: string): Buffer => Buffer.from(content);

/** One of each kind, made anew, so that no key lies in the repository. */
export function samples(): ReadonlyMap<string, Sample> {
  const ec = ecKey();
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const ed = generateKeyPairSync('ed25519').privateKey;
  const dsa = generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }).privateKey;
  const x25519 = generateKeyPairSync('x25519').privateKey;
  const cert = certificateFor('device', ec);
  const encrypted = (format: 'pem' | 'der') =>
    Buffer.from(ec.export({ type: 'pkcs8', format: format as 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' }));
  const secret = () => randomBytes(32).toString('base64');
  const sample = (content: Buffer, words: string, ...fits: Slot[]): Sample => ({ content, words, fits });
  return new Map<string, Sample>([
    ['an EC key, PKCS #8', sample(pkcs8(ec), 'an EC private key', 'key')],
    [
      'an EC key, SEC 1',
      sample(text(ec.export({ type: 'sec1', format: 'pem' }).toString()), 'an EC private key', 'key'),
    ],
    [
      'an EC key behind its parameters',
      sample(
        text(
          pem('EC PARAMETERS', Buffer.from('06082a8648ce3d030107', 'hex')) +
            ec.export({ type: 'sec1', format: 'pem' }).toString(),
        ),
        'holds an EC private key',
        'key',
      ),
    ],
    [
      'a certificate before its key',
      sample(Buffer.concat([text(pem('CERTIFICATE', cert)), pkcs8(ec)]), 'an EC private key', 'key', 'cert', 'ca'),
    ],
    ['an EC key, SEC 1, DER', sample(ec.export({ type: 'sec1', format: 'der' }), 'an EC private key', 'key')],
    ['an EC key, PKCS #8, DER', sample(ec.export({ type: 'pkcs8', format: 'der' }), 'an EC private key', 'key')],
    [
      'an EC key, base64 alone',
      sample(text(ec.export({ type: 'pkcs8', format: 'der' }).toString('base64')), 'an EC private key', 'key'),
    ],
    ['an RSA key, PKCS #8', sample(pkcs8(rsa), 'an RSA private key', 'key')],
    [
      'an RSA key, PKCS #1',
      sample(text(rsa.export({ type: 'pkcs1', format: 'pem' }).toString()), 'an RSA private key', 'key'),
    ],
    ['an RSA key, PKCS #1, DER', sample(rsa.export({ type: 'pkcs1', format: 'der' }), 'an RSA private key', 'key')],
    ['an Ed25519 key', sample(pkcs8(ed), 'an Ed25519 private key', 'key')],
    [
      'an Ed25519 key, DER, of 48 bytes',
      sample(ed.export({ type: 'pkcs8', format: 'der' }), 'an Ed25519 private key', 'key'),
    ],
    ['a DSA key', sample(pkcs8(dsa), 'a DSA private key', 'key')],
    ['an X25519 key', sample(pkcs8(x25519), 'an X25519 private key', 'key')],
    ['an encrypted key', sample(encrypted('pem'), 'an encrypted private key', 'key')],
    ['an encrypted key, DER', sample(encrypted('der'), 'an encrypted private key', 'key')],
    [
      'an encrypted key with headers',
      sample(
        text(ec.export({ type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'secret' }).toString()),
        'an encrypted private key',
        'key',
      ),
    ],
    [
      'a key with the label of a request',
      sample(text(pem('CERTIFICATE REQUEST', ec.export({ type: 'pkcs8', format: 'der' }))), 'an EC private key', 'key'),
    ],
    [
      'a key with the label of a certificate',
      sample(text(pem('CERTIFICATE', ec.export({ type: 'sec1', format: 'der' }))), 'an EC private key', 'key'),
    ],
    ['a key without its END line', sample(pkcs8(ec).subarray(0, 150), 'a private key that is cut off')],
    ['a key in UTF-16', sample(Buffer.from(`\ufeff${pkcs8(ec)}`, 'utf16le'), 'an EC private key', 'key')],
    [
      'an OpenSSH key',
      sample(
        text(pem('OPENSSH PRIVATE KEY', Buffer.concat([text('openssh-key-v1\0'), randomBytes(100)]))),
        'an OpenSSH private key',
      ),
    ],
    [
      'a PuTTY key',
      sample(
        text(`PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\n${secret()}\n`),
        'a PuTTY private key',
      ),
    ],
    [
      'a PGP key',
      sample(
        text(`-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${secret()}\n-----END PGP PRIVATE KEY BLOCK-----\n`),
        'a PGP private key',
      ),
    ],
    ['an age key', sample(text(`AGE-SECRET-KEY-1${'Q'.repeat(58)}\n`), 'an age private key')],
    ['a JSON Web Key', sample(text(JSON.stringify(ec.export({ format: 'jwk' }))), 'a JSON Web Key', 'json')],
    [
      'an SSH public key',
      sample(text(`ssh-ed25519 AAAA${randomBytes(40).toString('base64')} me@host\n`), 'an SSH public key'),
    ],
    ['a public key', sample(spki(ec), 'an EC public key')],
    ['a public key, DER', sample(createPublicKey(rsa).export({ type: 'spki', format: 'der' }), 'an RSA public key')],
    [
      'an RSA public key, PKCS #1',
      sample(text(createPublicKey(rsa).export({ type: 'pkcs1', format: 'pem' }).toString()), 'an RSA public key'),
    ],
    ['a certificate', sample(text(pem('CERTIFICATE', cert)), 'a certificate', 'cert', 'ca')],
    ['a certificate, DER', sample(cert, 'a certificate', 'cert', 'ca')],
    ['a certificate of version 1', sample(certificateFor1(), 'a certificate', 'cert', 'ca')],
    [
      'a damaged certificate',
      sample(text(pem('CERTIFICATE', cert).replace(/M/g, '')), 'a certificate that is damaged'),
    ],
    [
      'a certificate without its END line',
      sample(text(pem('CERTIFICATE', cert).slice(0, 200)), 'a certificate that is cut off'),
    ],
    ['a request', sample(text(pem('CERTIFICATE REQUEST', signingRequest())), 'a certificate request', 'csr')],
    ['a request, DER', sample(signingRequest(), 'a certificate request', 'csr')],
    ['a revocation list', sample(text(pem('X509 CRL', revocationList())), 'a certificate revocation list')],
    ['a revocation list, DER', sample(revocationList(), 'a certificate revocation list')],
    [
      'a PKCS #12 file',
      sample(pkcs12({ certificates: [cert], key: ec, passphrase: 'secret' }), 'a PKCS #12 file', 'cert', 'key', 'ca'),
    ],
    [
      'a PKCS #7 file',
      sample(
        text(pem('PKCS7', Buffer.from('3010060b2a864886f70d010702a0013000'.slice(0, 36), 'hex'))),
        'a PKCS #7 file',
      ),
    ],
    [
      'parameters alone',
      sample(text(pem('EC PARAMETERS', Buffer.from('06082a8648ce3d030107', 'hex'))), 'parameters of a key'),
    ],
    ['a shared key', sample(text(secret()), 'base64 of 32 bytes', 'shared key')],
    ['a shared key in hex', sample(text(randomBytes(33).toString('hex')), 'in hex')],
    [
      'a connection string',
      sample(text(`HostName=h.azure-devices.net;DeviceId=d;SharedAccessKey=${secret()}`), 'a connection string'),
    ],
    [
      'a SAS token',
      sample(
        text(`SharedAccessSignature sr=a%2Fregistrations%2Fb&sig=${encodeURIComponent(secret())}&se=1`),
        'a SAS token',
      ),
    ],
    ['JSON', sample(text(`{"primaryKey":"${secret()}"}`), 'JSON', 'json')],
    ['HTML', sample(text('<!DOCTYPE html>\n<html><body>Sign in</body></html>'), 'an HTML page')],
    ['XML', sample(text('<?xml version="1.0"?><key/>'), 'XML')],
    ['words', sample(text('this is not what you look for\n'), 'text')],
    ['a GUID', sample(text('3f2504e0-4f89-41d3-9a0c-0305e82c3301\n'), 'a GUID')],
    ['a GUID in brackets', sample(text('(3F2504E0-4F89-41D3-9A0C-0305E82C3301)'), 'a GUID')],
    ['the name of a file', sample(text('device.pem\n'), 'the name of a file')],
    ['a path', sample(text('../keys/device key.der'), 'the name of a file')],
    ['a path of Windows', sample(text('C:\\keys\\device.pfx\r\n'), 'the name of a file')],
    ['a line of .env', sample(text(`DPS_KEY="${secret()}"\n`), 'a name with a value behind it')],
    ['a line of a script', sample(text(`export KEY='${secret()}'\n`), 'a name with a value behind it')],
    ['a line of YAML', sample(text(`primaryKey: ${secret()}\n`), 'a name with a value behind it')],
    [
      'a shared key in hex with colons',
      sample(
        text(
          randomBytes(32)
            .toString('hex')
            .replace(/..(?!$)/g, '$&:'),
        ),
        'in hex',
      ),
    ],
    ['a shared key in hex behind 0x', sample(text(`0x${randomBytes(64).toString('hex')}`), 'in hex')],
    ['nothing', sample(text(''), 'empty')],
    ['a byte order mark alone', sample(Buffer.of(0xef, 0xbb, 0xbf), 'empty')],
    ['blank lines', sample(text('\r\n \t\n'), 'empty')],
    ['gzip', sample(gzipSync('text'), 'gzip')],
    ['a ZIP archive', sample(Buffer.concat([text('PK\x03\x04'), randomBytes(200)]), 'a ZIP archive')],
    ['a Java key store', sample(Buffer.concat([Buffer.from('feedfeed', 'hex'), randomBytes(200)]), 'a Java key store')],
    ['a picture', sample(Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(200)]), 'a PNG image')],
    ['bytes', sample(Buffer.concat([Buffer.of(0, 1, 0xff, 0xfe), randomBytes(100)]), 'bytes that are no text')],
  ]);
}

function certificateFor1(): Buffer {
  return certificateFor('device');
}

/** Eight characters or bytes in a row of what was given, wherever they would show. */
export function leaksOf({ content }: Sample, printed: string): string[] {
  const body = content
    .toString('latin1')
    .replace(/\0/g, '')
    .replace(/-----[^-]+-----|SharedAccess\w+|HostName/g, '\n');
  const windows = new Set<string>();
  for (const line of body.match(/[\w+/=]{16,}/g) ?? [])
    for (let at = 0; at + 12 <= line.length; at++) windows.add(line.slice(at, at + 12));
  for (const form of ['base64', 'hex'] as const) {
    const line = content.toString(form);
    for (let at = 0; at + 16 <= line.length; at++) windows.add(line.slice(at, at + 16));
  }
  return [...windows].filter((window) => printed.includes(window));
}
