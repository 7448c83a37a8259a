import type { X509Certificate } from 'node:crypto';
import { quietly } from '../../values.ts';

/**
 * The common names of the subject or issuer, in their order. From the structure: in Node's `subject`, which is text, a relative name of
 * several attributes looks like another name (RFC 5280 4.1.2.4).
 */
export function commonNames(certificate: X509Certificate, whose: 'subject' | 'issuer' = 'subject'): string[] {
  // Node 24.21 ends the process here (SIGSEGV) when the key is on a curve that has no name of NIST.
  if (quietly(() => unusableKey(certificate))) return [];
  // An array when there are several, whatever the type says.
  const name = certificate.toLegacyObject()[whose] as { CN?: string | string[] } | undefined;
  return [name?.CN ?? []].flat();
}

/** Its curve or kind, when TLS 1.3 has no signature for it: OpenSSL would send no certificate at all (RFC 8446 4.2.3, 4.4.2.3). */
export function unusableKey({ publicKey }: X509Certificate): string | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKey;
  const kind = details?.namedCurve ?? type!;
  return /^(prime256v1|secp(384|521)r1|ec|rsa.*|ed.*)$/.test(kind) ? undefined : kind;
}
