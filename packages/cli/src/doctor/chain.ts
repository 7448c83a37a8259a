import type { X509Certificate } from 'node:crypto';
import { commonNames, type FileContent, readCertificates } from '@mote/client/material';

/** The certificates of a file, at least one. The device's own is first. */
export type Chain = readonly [X509Certificate, ...X509Certificate[]];

/** The certificates of a file in their order. Undefined if there is none, or if one cannot be read. */
export function readChain(file: FileContent, passphrase?: string): Chain | undefined {
  try {
    const [leaf, ...issuers] = readCertificates(file, 'cert', passphrase);
    return leaf === undefined ? undefined : [leaf, ...issuers];
  } catch {
    return undefined;
  }
}

/** The first common name of a certificate. */
export function commonName(certificate: X509Certificate): string | undefined {
  return commonNames(certificate)[0];
}

/** The common name of the issuer, or its whole name on one line if it has no common name. */
export function issuerName(certificate: X509Certificate): string {
  return commonNames(certificate, 'issuer')[0] ?? certificate.issuer.replaceAll('\n', ', ');
}
