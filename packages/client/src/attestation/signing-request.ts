import { quietly } from '../values.ts';

/** A length of DER, as a part of a regular expression. */
const LENGTH = '(?:[\\0-\\x7f]|\\x81.|\\x82..)';
/**
 * The beginning of PKCS #10 [RFC 2986 4]: a SEQUENCE that begins with a SEQUENCE of version 0, subject (a SEQUENCE of SETs) and more.
 * Private keys begin with the same byte, and so do certificates of version 1 with serial number 0, whose third element is an OID.
 */
const REQUEST = /* @__PURE__ */ new RegExp(`^0(?:\\x81.|\\x82..)0${LENGTH}\\x02\\x01\\0(?:0\\0|0${LENGTH}1)`, 's');

/** Turns PEM or base64 into one line of base64 DER, the form of the service. Undefined when it is not a certificate signing request. */
export function csrLine(csr: unknown): string | undefined {
  const text = quietly(() => String(csr)) ?? '';
  const der = Buffer.from(/REQUEST-----([^-]+)-/.exec(text)?.[1] ?? text, 'base64');
  return REQUEST.test(der.toString('latin1')) ? der.toString('base64') : undefined;
}
