import type { CertificateView } from '../service/credentials/certificate-view.ts';
import { type Element, elements, objectIdText } from './der.ts';

/** What the extensions of a certificate say, as far as a chain is judged by it. */
export type Extensions = Pick<
  CertificateView,
  'isAuthority' | 'pathLength' | 'maySignCertificates' | 'mayAuthenticate' | 'isForClients' | 'unjudgeable'
> & {
  /** Object id of the algorithm of the signature. */
  readonly signatureAlgorithm: string;
};

const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const NAME_CONSTRAINTS = '2.5.29.30';
const SUBJECT_KEY_ID = '2.5.29.14';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
// Netscape's server gated crypto counts for servers only; anyExtendedKeyUsage does not count for a TLS client in OpenSSL.

/** Those that OpenSSL takes when they are critical, beside name constraints, which are not judged here. */
const KNOWN: ReadonlySet<string> = new Set([
  BASIC_CONSTRAINTS,
  KEY_USAGE,
  EXTENDED_KEY_USAGE,
  SUBJECT_KEY_ID,
  '2.5.29.17', // subjectAltName
  '2.5.29.31', // cRLDistributionPoints
  '2.5.29.32', // certificatePolicies
  '2.5.29.33', // policyMappings
  '2.5.29.35', // authorityKeyIdentifier
  '2.5.29.36', // policyConstraints
  '2.5.29.54', // inhibitAnyPolicy
  '2.16.840.1.113730.1.1', // nsCertType
]);

/** Tag of the extensions: `[3]` of TBSCertificate [RFC 5280 4.1]. */
const EXTENSIONS = 0xa3;
const BOOLEAN = 0x01;
const INTEGER = 0x02;

// Bits of keyUsage, from the first byte's highest: RFC 5280, 4.2.1.3.
const DIGITAL_SIGNATURE = 0x80;
const KEY_AGREEMENT = 0x08;
const KEY_CERT_SIGN = 0x04;

/** Reads a certificate (DER). Throws RangeError when it is not one. */
export function readExtensions(certificate: Uint8Array): Extensions {
  const [whole] = elements(certificate);
  const [toBeSigned, algorithm] = elements(bodyOf(whole));
  const signatureAlgorithm = objectIdText(bodyOf(elements(bodyOf(algorithm))[0]));
  const list = listOf(bodyOf(toBeSigned));
  const find = (id: string) => list.find((extension) => extension.id === id)?.value;
  const constraints = find(BASIC_CONSTRAINTS);
  const usage = find(KEY_USAGE);
  const purposes = find(EXTENDED_KEY_USAGE);
  const usageBits = usage === undefined ? undefined : (bodyOf(elements(usage)[0])[1] ?? 0);
  return {
    ...readConstraints(constraints),
    maySignCertificates: usageBits === undefined ? undefined : (usageBits & KEY_CERT_SIGN) !== 0,
    mayAuthenticate: usageBits === undefined ? undefined : (usageBits & (DIGITAL_SIGNATURE | KEY_AGREEMENT)) !== 0,
    isForClients: purposes === undefined ? undefined : purposesIn(purposes).includes(CLIENT_AUTH),
    unjudgeable: unjudgeable(list),
    signatureAlgorithm,
  };
}

/** subjectKeyIdentifier of a certificate (DER). */
export function subjectKeyIdOf(certificate: Uint8Array): Uint8Array | undefined {
  const [toBeSigned] = elements(bodyOf(elements(certificate)[0]));
  const found = listOf(bodyOf(toBeSigned)).find(({ id }) => id === SUBJECT_KEY_ID);
  return found && elements(found.value)[0]?.body;
}

function listOf(toBeSigned: Uint8Array): Extension[] {
  const wrapped = elements(toBeSigned).find(({ tag }) => tag === EXTENSIONS);
  return wrapped === undefined ? [] : elements(bodyOf(elements(wrapped.body)[0])).map(readExtension);
}

interface Extension {
  readonly id: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

function readExtension({ body }: Element): Extension {
  const [id, second, third] = elements(body);
  const critical = second?.tag === BOOLEAN && second.body[0] !== 0;
  return { id: objectIdText(bodyOf(id)), critical, value: bodyOf(second?.tag === BOOLEAN ? third : second) };
}

function readConstraints(value: Uint8Array | undefined): Pick<Extensions, 'isAuthority' | 'pathLength'> {
  const members = value === undefined ? [] : elements(bodyOf(elements(value)[0]));
  const isAuthority = members[0]?.tag === BOOLEAN && members[0].body[0] !== 0;
  const length = members.find(({ tag }) => tag === INTEGER)?.body;
  return { isAuthority, pathLength: length?.reduce((sum, byte) => sum * 256 + byte, 0) };
}

const purposesIn = (value: Uint8Array): string[] =>
  elements(bodyOf(elements(value)[0])).map(({ body }) => objectIdText(body));

function unjudgeable(list: readonly Extension[]): string | undefined {
  if (new Set(list.map(({ id }) => id)).size < list.length) return 'has an extension twice';
  if (list.some(({ id }) => id === NAME_CONSTRAINTS)) {
    return 'has name constraints, which the emulator does not judge (`chainChecks: "signatures"` leaves them out)';
  }
  const unknown = list.find(({ id, critical }) => critical && !KNOWN.has(id));
  return unknown === undefined ? undefined : `has the critical extension ${unknown.id}, which is not known`;
}

function bodyOf(element: Element | undefined): Uint8Array {
  if (element === undefined) throw new RangeError('an element of the certificate is missing');
  return element.body;
}
