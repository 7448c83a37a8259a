import type { Block } from './blocks.ts';
import { elements, INTEGER, OCTET_STRING, SEQUENCE } from './der.ts';

/** The PEM label of a private key, from its structure, as OpenSSL decides it. Undefined when it is not a private key. */
export function privateKeyLabel({ label, dek, der }: Block): string | undefined {
  const tags = elements(elements(der)[0]?.body).map(({ tag }) => tag);
  const is = (...wanted: number[]) => wanted.every((tag, i) => tags[i] === tag);
  // A reference to a key in a TPM or HSM, for a provider of OpenSSL.
  if (dek || /^(TSS2 PRIVATE KEY|PKCS#11 PROVIDER URI)$/.test(label)) return label;
  if (is(SEQUENCE, OCTET_STRING)) return 'ENCRYPTED PRIVATE KEY'; // PKCS #8, RFC 5958
  if (is(INTEGER, SEQUENCE, OCTET_STRING)) return 'PRIVATE KEY';
  if (is(INTEGER, OCTET_STRING)) return 'EC PRIVATE KEY'; // RFC 5915
  // An RSA key has nine numbers [RFC 8017], OpenSSL's form of a DSA key six.
  return is(INTEGER, INTEGER, INTEGER) && tags.length > 5
    ? `${tags.length > 6 ? 'RSA' : 'DSA'} PRIVATE KEY`
    : undefined;
}
