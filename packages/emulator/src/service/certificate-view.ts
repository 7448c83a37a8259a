/** What the service needs to know of a certificate; parsing and signatures are the edge's work. */
export interface CertificateView {
  readonly commonName: string | undefined;
  /** Lower-case hex without colons. */
  readonly sha1Thumbprint: string;
  readonly sha256Thumbprint: string;
  readonly isAuthority: boolean;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** The fields of `x509.certificateInfo` in the service's answers. */
  readonly info: Readonly<Record<string, unknown>>;
  /** Names match and the issuer's key made the signature. */
  isIssuedBy(issuer: CertificateView): boolean;
}

// Leaf, three intermediates and a root: more than anyone was seen to send.
const LONGEST_CHAIN = 5;

/**
 * Certificates between the leaf and the nearest of `authorities`; undefined when no chain leads there. The device may
 * have sent its certificates in any order, with the authority or without it.
 */
export function distanceToAuthority(
  presented: readonly CertificateView[],
  authorities: readonly CertificateView[],
): number | undefined {
  let current = presented[0];
  for (let distance = 1; current !== undefined && distance <= LONGEST_CHAIN; distance++) {
    const below = current;
    if (authorities.some((authority) => below.isIssuedBy(authority))) return distance;
    current = presented.find(
      (candidate) => candidate !== below && candidate.isAuthority && below.isIssuedBy(candidate),
    );
  }
  return undefined;
}
