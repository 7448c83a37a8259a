import type { X509Certificate } from 'node:crypto';
import { commonNames, type Dressed, readCertificates } from '@mote/client/material';

/** At least one certificate, the device's first. */
export type Chain = readonly [X509Certificate, ...X509Certificate[]];

/** The certificates of a file in their order; undefined when there is none, or one cannot be read. */
export function readChain(file: Dressed, passphrase?: string): Chain | undefined {
  try {
    const [leaf, ...issuers] = readCertificates(file, 'cert', passphrase);
    return leaf === undefined ? undefined : [leaf, ...issuers];
  } catch {
    return undefined;
  }
}

export function commonName(certificate: X509Certificate): string | undefined {
  return commonNames(certificate)[0];
}

export function issuerName(certificate: X509Certificate): string {
  return commonNames(certificate, 'issuer')[0] ?? certificate.issuer.replaceAll('\n', ', ');
}
