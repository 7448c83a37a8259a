import type { Block } from './blocks.ts';
import { elements, INTEGER, OCTET_STRING, SEQUENCE } from './der.ts';

/** `EC PRIVATE KEY`, by the structure of the key, which is what OpenSSL goes by; undefined when it is none. */
export function privateKeyLabel({ label, dek, der }: Block): string | undefined {
  const tags = elements(elements(der)[0]?.body).map(({ tag }) => tag);
  const is = (...wanted: number[]) => wanted.every((tag, i) => tags[i] === tag);
  // What stands for a key in a TPM or HSM, whose provider OpenSSL has loaded.
  if (dek || /^(TSS2 PRIVATE KEY|PKCS#11 PROVIDER URI)$/.test(label)) return label;
  if (is(SEQUENCE, OCTET_STRING)) return 'ENCRYPTED PRIVATE KEY'; // PKCS #8, RFC 5958
  if (is(INTEGER, SEQUENCE, OCTET_STRING)) return 'PRIVATE KEY';
  if (is(INTEGER, OCTET_STRING)) return 'EC PRIVATE KEY'; // RFC 5915
  // RFC 8017 has nine numbers, OpenSSL's form of DSA six.
  return is(INTEGER, INTEGER, INTEGER) && tags.length > 5
    ? `${tags.length > 6 ? 'RSA' : 'DSA'} PRIVATE KEY`
    : undefined;
}
