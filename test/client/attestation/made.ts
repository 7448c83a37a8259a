import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  bitString,
  der,
  integer,
  objectId,
  sequence,
  setOf,
  tagged,
  time,
  utf8String,
} from '../../../packages/emulator/src/pki/der.ts';

/** One attribute of a name: its object identifier, and the value as DER. */
export type Attribute = readonly [type: string, value: Uint8Array];

export const COMMON_NAME = '2.5.4.3';
export const ORGANIZATIONAL_UNIT = '2.5.4.11';

export const pem = (label: string, bytes: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(bytes)
    .toString('base64')
    .replace(/.{64}(?!$)/g, '$&\n')}\n-----END ${label}-----\n`;

/** A name of relative names, each a set of attributes. */
export const nameOf = (...relative: readonly (readonly Attribute[])[]): Buffer =>
  sequence(...relative.map((set) => setOf(Buffer.concat(set.map(([type, value]) => sequence(objectId(type), value))))));

const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'));
const SHA256_WITH_RSA = sequence(objectId('1.2.840.113549.1.1.11'), der(0x05));
const ED25519 = sequence(objectId('1.3.101.112'));

const algorithmOf = (key: KeyObject): Buffer =>
  key.asymmetricKeyType === 'rsa' ? SHA256_WITH_RSA : key.asymmetricKeyType === 'ed25519' ? ED25519 : ECDSA_WITH_SHA256;

const signed = (toBeSigned: Buffer, key: KeyObject): Buffer =>
  sequence(
    toBeSigned,
    algorithmOf(key),
    bitString(sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', toBeSigned, key)),
  );

const publicOf = (key: KeyObject): Buffer => createPublicKey(key).export({ type: 'spki', format: 'der' });

export const ecKey = (namedCurve = 'P-256'): KeyObject => generateKeyPairSync('ec', { namedCurve }).privateKey;

/** PKCS #10, DER. */
export function signingRequest(commonName = 'device', key: KeyObject = ecKey()): Buffer {
  const subject = nameOf([[COMMON_NAME, utf8String(commonName)]]);
  return signed(sequence(integer(Buffer.of(0)), subject, publicOf(key), tagged(0)), key);
}

/** What has the structure of a request, and random bytes for key and signature: a secret that can be looked for. */
export function requestLike(secret: Uint8Array = randomBytes(48)): Buffer {
  const publicKey = sequence(sequence(objectId('1.2.840.10045.2.1')), bitString(secret));
  return sequence(
    sequence(integer(Buffer.of(0)), sequence(), publicKey, tagged(0)),
    ECDSA_WITH_SHA256,
    bitString(randomBytes(64)),
  );
}

/** A certificate that signed itself, version 3 or 1, DER. */
export function certificate(subject: Buffer, key: KeyObject = ecKey(), version: 1 | 3 = 3): Buffer {
  const now = Date.now();
  const head = version === 3 ? [tagged(0, integer(Buffer.of(2)))] : [];
  const validity = sequence(time(now - 86_400_000), time(now + 86_400_000));
  const serial = integer(Buffer.of(version === 3 ? 1 : 0));
  return signed(sequence(...head, serial, algorithmOf(key), subject, validity, subject, publicOf(key)), key);
}

export const certificateFor = (commonName: string, key: KeyObject = ecKey()): Buffer =>
  certificate(nameOf([[COMMON_NAME, utf8String(commonName)]]), key);

/** A list of revoked certificates, DER. */
export function revocationList(key: KeyObject = ecKey()): Buffer {
  const now = Date.now();
  const issuer = nameOf([[COMMON_NAME, utf8String('CA')]]);
  return signed(sequence(integer(Buffer.of(1)), algorithmOf(key), issuer, time(now), time(now + 1000)), key);
}
