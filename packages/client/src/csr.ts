import { refuse } from './refuse.ts';

/** The first version of the service's API that takes a CSR. */
export const CSR_API_VERSION = '2025-07-01-preview';

/** One line of base64 DER, as the service wants it. Throws ProvisioningError `invalid-options`. */
export function base64Csr(csr: string | Uint8Array): string {
  const text = typeof csr === 'string' ? csr.replace(/-----[A-Z ]+-----|\s/g, '') : Buffer.from(csr).toString('base64');
  // A DER SEQUENCE begins with 0x30, which is M in base64.
  if (!/^M[A-Za-z0-9+/]+={0,2}$/.test(text)) refuse('csr', 'a PKCS #10 request as PEM, base64 DER or DER');
  return text;
}
