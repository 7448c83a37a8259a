import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
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
} from './der.ts';

/** A certificate with its private key, as an issuer of others is needed. */
export interface KeyedCertificate {
  /** DER of its Name. */
  readonly subject: Uint8Array;
  /** subjectKeyIdentifier, when it has one. */
  readonly keyId: Uint8Array | undefined;
  readonly der: Uint8Array;
  readonly privateKey: KeyObject;
}

/** What a certificate is for. It decides about its extensions. */
export type CertificatePurpose =
  | { readonly use: 'authority' /** CAs allowed below this one. */; readonly pathLength: number }
  | { readonly use: 'server'; readonly names: readonly string[] }
  | { readonly use: 'client' };

/** `ecdsa`: P-256. `rsa`: 2048 bits, which take a hundred times as long to make. */
export type KeyKind = 'ecdsa' | 'rsa';

/** What a new certificate says. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly purpose: CertificatePurpose;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  /** Default: the certificate signs itself. */
  readonly issuer?: KeyedCertificate | undefined;
}

const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'));
const RSA_WITH_SHA256 = sequence(objectId('1.2.840.113549.1.1.11'), Buffer.of(0x05, 0x00));
const EXTENDED_KEY_USE = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' };
/** The least that clients of today take [NIST SP 800-131A]. */
const RSA_BITS = 2048;

/** Makes a key and a certificate for it. P-256 takes 0.1 ms, and every TLS stack of the SDKs accepts it. */
export function makeCertificate(request: CertificateRequest, kind: KeyKind = 'ecdsa'): KeyedCertificate {
  const { privateKey, publicKey } =
    kind === 'ecdsa'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: RSA_BITS });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return {
    subject: nameOf(request.commonName),
    keyId: keyId(spki),
    privateKey,
    der: certify(request, spki, request.issuer?.privateKey ?? privateKey),
  };
}

/** Certifies the public key of a device (SubjectPublicKeyInfo, DER). Returns DER. */
export function certifyKey(
  request: CertificateRequest & { readonly issuer: KeyedCertificate },
  spki: Uint8Array,
): Buffer {
  return certify(request, spki, request.issuer.privateKey);
}

/** PEM with lines of 64 characters [RFC 7468]. */
export const toPem = (label: 'CERTIFICATE', bytes: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${(
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  ).join('\n')}\n-----END ${label}-----\n`;

/** PKCS #8 in PEM, without a passphrase. */
export const keyToPem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

function certify(request: CertificateRequest, spki: Uint8Array, signer: KeyObject): Buffer {
  const algorithm = signer.asymmetricKeyType === 'rsa' ? RSA_WITH_SHA256 : ECDSA_WITH_SHA256;
  const issuerKeyId = request.issuer === undefined ? keyId(spki) : request.issuer.keyId;
  const toBeSigned = sequence(
    tagged(0, integer(Buffer.of(2))),
    integer(serialNumber()),
    algorithm,
    Buffer.from(request.issuer?.subject ?? nameOf(request.commonName)),
    sequence(time(request.notBefore), time(request.notAfter)),
    nameOf(request.commonName),
    spki,
    tagged(3, sequence(...extensions(request.purpose, keyId(spki), issuerKeyId))),
  );
  return sequence(toBeSigned, algorithm, bitString(sign('sha256', toBeSigned, signer)));
}

function extensions(purpose: CertificatePurpose, subjectKeyId: Buffer, issuerKeyId?: Uint8Array): Buffer[] {
  const list = [extension('2.5.29.14', octetString(subjectKeyId))];
  if (issuerKeyId !== undefined) list.push(extension('2.5.29.35', sequence(der(0x80, issuerKeyId))));
  if (purpose.use === 'authority') {
    list.push(
      extension('2.5.29.19', sequence(boolean(true), integer(Buffer.of(purpose.pathLength))), true),
      extension('2.5.29.15', bitString(Buffer.of(0x06), 1), true), // keyCertSign, cRLSign
    );
    return list;
  }
  list.push(
    extension('2.5.29.19', sequence(), true),
    extension('2.5.29.15', bitString(Buffer.of(0x80), 7), true), // digitalSignature
    extension('2.5.29.37', sequence(objectId(EXTENDED_KEY_USE[purpose.use]))),
  );
  if (purpose.use === 'server') list.push(extension('2.5.29.17', sequence(...purpose.names.map(alternativeName))));
  return list;
}

const extension = (id: string, value: Buffer, critical = false): Buffer =>
  sequence(objectId(id), ...(critical ? [boolean(true)] : []), octetString(value));

function alternativeName(name: string): Buffer {
  return isIP(name) === 0 ? der(0x82, Buffer.from(name)) : der(0x87, addressBytes(name));
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const left = groupsOf(head);
  const right = groupsOf(tail ?? '');
  const gap = new Array<number>(tail === undefined ? 0 : 8 - left.length - right.length).fill(0);
  return Buffer.from([...left, ...gap, ...right].flatMap((group) => [group >> 8, group & 0xff]));
}

const groupsOf = (text: string): number[] =>
  text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));

const nameOf = (commonName: string): Buffer => sequence(setOf(sequence(objectId('2.5.4.3'), utf8String(commonName))));

/** SHA-1 of the public key's bits: RFC 5280, 4.2.1.2, method 1. */
function keyId(spki: Uint8Array): Buffer {
  const bits = elements(elements(spki)[0]?.body ?? spki)[1]?.body ?? spki;
  return createHash('sha1').update(bits.subarray(1)).digest();
}

/** 16 random bytes, the first of them 1 to 127: positive, and no leading zero. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7e) + 1;
  return bytes;
}
