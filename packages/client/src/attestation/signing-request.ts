import { type Dressed, dersOf, isDressed } from './dress.ts';

/** A length in DER. */
const LENGTH = '(?:[\\0-\\x7f]|\\x81.|\\x82..)';
/**
 * PKCS #10, RFC 2986 4: a SEQUENCE that begins with a SEQUENCE of version 0, subject (a SEQUENCE of SETs) and more. By its
 * structure, since a private key begins with the same byte; so does a certificate of version 1 and number 0, whose third is an OID.
 */
const REQUEST = new RegExp(`^0(?:\\x81.|\\x82..)0${LENGTH}\\x02\\x01\\0(?:0\\0|0${LENGTH}1)`, 's');

/** One line of base64 DER, as the service wants it; undefined when there is no whole signing request in it. */
export function base64Csr(csr: Dressed): string | undefined {
  if (!isDressed(csr)) return undefined;
  for (const der of dersOf(csr, /REQUEST$/)) {
    if (!REQUEST.test(der.toString('latin1'))) continue;
    // With a signature in it no request is shorter than 128 bytes; an editor may have put a line end behind it.
    const size = der[1] === 0x81 ? 3 + der[2]! : 4 + der.readUInt16BE(2);
    if (size <= der.length) return der.toString('base64', 0, size);
  }
  return undefined;
}
