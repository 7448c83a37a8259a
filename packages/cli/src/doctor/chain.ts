import { X509Certificate } from 'node:crypto';

/** At least one certificate, the device's first. */
export type Chain = readonly [X509Certificate, ...X509Certificate[]];

/** The certificates of a PEM file in their order; undefined when there is none, or one cannot be read. */
export function readChain(pem: string): Chain | undefined {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  try {
    const [leaf, ...issuers] = blocks.map((block) => new X509Certificate(block));
    return leaf === undefined ? undefined : [leaf, ...issuers];
  } catch {
    return undefined;
  }
}

export function commonName({ subject }: X509Certificate): string | undefined {
  return /^CN=(.*)$/m.exec(subject ?? '')?.[1];
}

export function issuerName({ issuer }: X509Certificate): string {
  return /^CN=(.*)$/m.exec(issuer)?.[1] ?? issuer.replaceAll('\n', ', ');
}
