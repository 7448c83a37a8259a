import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  bitString,
  boolean,
  der,
  elements,
  integer,
  objectId,
  octetString,
  sequence,
  setOf,
  tagged,
  time,
  utf8String,
} from '../../packages/emulator/src/pki/der.ts';

/** A certificate of any kind, also of a kind that nobody should make, with its key. */
export interface TestCertificate {
  readonly name: string;
  readonly der: Buffer;
  readonly pem: string;
  readonly key: KeyObject;
}

export interface TestCertificateFields {
  readonly name: string;
  /** Signs itself when left out. */
  readonly issuer?: TestCertificate | undefined;
  readonly keyFrom?: TestCertificate | undefined;
  readonly from?: number;
  readonly until?: number;
  /** basicConstraints; none at all when undefined. */
  readonly basicConstraints?: { readonly ca: boolean; readonly pathLength?: number } | undefined;
  /** Names of the bits. */
  readonly keyUsage?: readonly (keyof typeof KEY_USAGE)[] | undefined;
  readonly extendedKeyUsage?: readonly string[] | undefined;
  readonly more?: readonly Buffer[] | undefined;
  readonly hash?: 'md5' | 'sha1' | 'sha256' | 'sha384' | undefined;
  readonly keys?: 'P-256' | 'P-384' | 'rsa-512' | 'rsa-2048' | 'ed25519' | undefined;
  /** The signature does not match. */
  readonly forged?: boolean;
}

const DAY_MS = 86_400_000;
const KEY_USAGE = {
  digitalSignature: 0x80,
  keyEncipherment: 0x20,
  keyAgreement: 0x08,
  keyCertSign: 0x04,
  cRLSign: 0x02,
};
export const PURPOSES = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  any: '2.5.29.37.0',
} as const;
const ALGORITHMS = {
  'ec sha1': '1.2.840.10045.4.1',
  'ec sha256': '1.2.840.10045.4.3.2',
  'ec sha384': '1.2.840.10045.4.3.3',
  'rsa md5': '1.2.840.113549.1.1.4',
  'rsa sha1': '1.2.840.113549.1.1.5',
  'rsa sha256': '1.2.840.113549.1.1.11',
  'rsa sha384': '1.2.840.113549.1.1.12',
} as const;

export const extension = (id: string, value: Buffer, critical = false): Buffer =>
  sequence(objectId(id), ...(critical ? [boolean(true)] : []), octetString(value));

/** Permits names below `permitted` only. */
export const nameConstraints = (permitted: string): Buffer =>
  extension('2.5.29.30', sequence(tagged(0, sequence(der(0x82, Buffer.from(permitted))))), true);

export function makeTestCertificate(fields: TestCertificateFields): TestCertificate {
  const key = fields.keyFrom?.key ?? makeKey(fields.keys ?? 'P-256');
  const spki = spkiOf(key);
  const signer = fields.issuer?.key ?? key;
  const algorithm = algorithmOf(signer, fields.hash ?? 'sha256');
  const now = Date.now();
  const body = sequence(
    tagged(0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(8)])),
    algorithm,
    nameOf(fields.issuer?.name ?? fields.name),
    sequence(time(fields.from ?? now - DAY_MS), time(fields.until ?? now + 30 * DAY_MS)),
    nameOf(fields.name),
    spki,
    tagged(3, sequence(...extensionsOf(fields, spki, spkiOf(signer)))),
  );
  const signature = sign(signer.asymmetricKeyType === 'ed25519' ? null : (fields.hash ?? 'sha256'), body, signer);
  const last = signature.length - 1;
  if (fields.forged) signature[last] = (signature[last] ?? 0) ^ 1;
  const bytes = sequence(body, algorithm, bitString(signature));
  return { name: fields.name, der: bytes, pem: pemOf('CERTIFICATE', bytes), key };
}

export const keyPem = ({ key }: TestCertificate): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

export const pemOf = (label: string, bytes: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(bytes)
    .toString('base64')
    .match(/.{1,64}/g)
    ?.join('\n')}\n-----END ${label}-----\n`;

/** PKCS #10, base64 of its DER. */
export function makeSigningRequest(
  commonName: string,
  keys: 'P-256' | 'P-384' | 'rsa-2048' | 'ed25519' = 'P-384',
  hash: 'sha256' | 'sha384' = 'sha384',
): string {
  const key = makeKey(keys);
  const info = sequence(integer(Buffer.of(0)), nameOf(commonName), spkiOf(key), tagged(0));
  const signature = sign(keys === 'ed25519' ? null : hash, info, key);
  return sequence(info, algorithmOf(key, hash), bitString(signature)).toString('base64');
}

function makeKey(keys: NonNullable<TestCertificateFields['keys']>): KeyObject {
  if (keys === 'ed25519') return generateKeyPairSync('ed25519').privateKey;
  if (keys === 'P-256' || keys === 'P-384') return generateKeyPairSync('ec', { namedCurve: keys }).privateKey;
  return generateKeyPairSync('rsa', { modulusLength: Number(keys.slice(4)) }).privateKey;
}

function algorithmOf(key: KeyObject, hash: string): Buffer {
  if (key.asymmetricKeyType === 'ed25519') return sequence(objectId('1.3.101.112'));
  const isRsa = key.asymmetricKeyType === 'rsa';
  const id = ALGORITHMS[`${isRsa ? 'rsa' : 'ec'} ${hash}` as keyof typeof ALGORITHMS];
  return sequence(objectId(id), ...(isRsa ? [Buffer.of(5, 0)] : []));
}

function extensionsOf(fields: TestCertificateFields, spki: Buffer, issuerSpki: Buffer): Buffer[] {
  const { basicConstraints, keyUsage, extendedKeyUsage, more = [] } = fields;
  const list = [
    extension('2.5.29.14', octetString(keyId(spki))),
    extension('2.5.29.35', sequence(der(0x80, keyId(issuerSpki)))),
  ];
  if (basicConstraints !== undefined) {
    const { ca, pathLength } = basicConstraints;
    const members = [
      ...(ca ? [boolean(true)] : []),
      ...(pathLength === undefined ? [] : [integer(Buffer.of(pathLength))]),
    ];
    list.push(extension('2.5.29.19', sequence(...members), true));
  }
  if (keyUsage !== undefined) {
    const bits = keyUsage.reduce((sum, name) => sum | KEY_USAGE[name], 0);
    list.push(extension('2.5.29.15', bitString(Buffer.of(bits)), true));
  }
  if (extendedKeyUsage !== undefined) {
    list.push(extension('2.5.29.37', sequence(...extendedKeyUsage.map((id) => objectId(id)))));
  }
  return [...list, ...more];
}

const spkiOf = (key: KeyObject): Buffer => createPublicKey(key).export({ type: 'spki', format: 'der' });

function keyId(spki: Buffer): Buffer {
  const bits = elements(elements(spki)[0]!.body)[1]!.body;
  return createHash('sha1').update(bits.subarray(1)).digest();
}

const nameOf = (commonName: string): Buffer => sequence(setOf(sequence(objectId('2.5.4.3'), utf8String(commonName))));
