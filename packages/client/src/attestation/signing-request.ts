/** A length in DER. */
const LENGTH = '(?:[\\0-\\x7f]|\\x81.|\\x82..)';
/**
 * PKCS #10, RFC 2986 4: a SEQUENCE that begins with a SEQUENCE of version 0, subject (a SEQUENCE of SETs) and more. By its
 * structure, since a private key begins with the same byte; so does a certificate of version 1 and number 0, whose third is an OID.
 */
const REQUEST = /* @__PURE__ */ new RegExp(`^0(?:\\x81.|\\x82..)0${LENGTH}\\x02\\x01\\0(?:0\\0|0${LENGTH}1)`, 's');

/** One line of base64 DER, as the service wants it, of PEM or base64; undefined when it is no signing request. */
export function csrLine(csr: unknown): string | undefined {
  const text = String(csr);
  const der = Buffer.from(/REQUEST-----([^-]+)-/.exec(text)?.[1] ?? text, 'base64');
  return REQUEST.test(der.toString('latin1')) ? der.toString('base64') : undefined;
}
