/** One line of base64 DER, as the service wants it; undefined when it cannot be a CSR. */
export function base64Csr(csr: string | Uint8Array): string | undefined {
  const text =
    csr instanceof Uint8Array ? Buffer.from(csr).toString('base64') : String(csr).replace(/-----[A-Z ]+-----|\s/g, '');
  // A DER SEQUENCE begins with 0x30, which is M in base64.
  return /^M[A-Za-z0-9+/]+={0,2}$/.exec(text)?.[0];
}
