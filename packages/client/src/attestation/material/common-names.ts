import type { X509Certificate } from 'node:crypto';
import { quietly } from '../../values.ts';

/**
 * The common names of the subject or issuer, in their order. They are read from the DER: Node's `subject` is text, in which one
 * relative name with several attributes looks like several names [RFC 5280 4.1.2.4].
 */
export function commonNames(certificate: X509Certificate, whose: 'subject' | 'issuer' = 'subject'): string[] {
  // Node 24.21 crashes here (SIGSEGV) when the key is on a curve without a NIST name.
  if (quietly(() => unusableKey(certificate))) return [];
  // An array when there are several, although its type says string.
  const name = certificate.toLegacyObject()[whose] as { CN?: string | string[] } | undefined;
  return [name?.CN ?? []].flat();
}

/**
 * The curve or kind of a key for which TLS 1.3 has no signature; otherwise undefined. OpenSSL would send no certificate with it [RFC 8446
 * 4.2.3, 4.4.2.3].
 */
export function unusableKey({ publicKey }: X509Certificate): string | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKey;
  const kind = details?.namedCurve ?? type!;
  return /^(prime256v1|secp(384|521)r1|ec|rsa.*|ed.*)$/.test(kind) ? undefined : kind;
}
