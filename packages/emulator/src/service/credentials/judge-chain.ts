import type { CertificateView } from './certificate-view.ts';

/** The CAs that an enrollment group trusts. */
export interface TrustAnchors {
  readonly authorities: readonly CertificateView[];
  /** Of CAs that are known by nothing else: the device has to send them. SHA-1 or SHA-256, lower-case hex. */
  readonly thumbprints: readonly string[];
}

/** Number of certificates between the leaf and the trusted CA. A text is the reason why no chain is valid. */
export type ChainVerdict = number | string;

/** Leaf, three intermediates and a root. Chains in use are not longer, and each further level multiplies the paths. */
const LONGEST_CHAIN = 5;

/**
 * Checks the certificates of a device as OpenSSL checks those of a TLS client (`openssl verify -partial_chain -purpose sslclient
 * -auth_level 1`): signatures, dates of every certificate, CA, path length, key usage, extended key usage, strength. The device may
 * send its certificates in any order, with or without the trusted CA. With `signatures` only names, signatures and CA are checked.
 */
export function judgeChain(
  presented: readonly CertificateView[],
  anchors: TrustAnchors,
  nowMs: number,
  checks: 'openssl' | 'signatures',
): ChainVerdict {
  const [leaf] = presented;
  if (leaf === undefined) return 'no client certificate was presented';
  const unlike = presented.filter((one, index) => presented.findIndex((other) => isSame(one, other)) === index);
  let reason: string | undefined;
  let best: number | undefined;
  for (const path of pathsToAnchors([leaf], unlike, anchors, rememberingIssuers())) {
    const fault = checks === 'openssl' ? findFault(path, nowMs) : undefined;
    if (fault === undefined) best = Math.min(best ?? path.length, path.length - 1);
    reason ??= fault;
  }
  return (
    best ??
    reason ??
    `the chain of ${presented.length} certificates leads to no enrolled CA: is an intermediate missing?`
  );
}

type IsIssuedBy = (below: CertificateView, issuer: CertificateView) => boolean;

/** Each path from the leaf to a trusted CA, which is its last element. */
function* pathsToAnchors(
  path: readonly CertificateView[],
  presented: readonly CertificateView[],
  anchors: TrustAnchors,
  isIssuedBy: IsIssuedBy,
): Generator<readonly CertificateView[]> {
  const below = path[path.length - 1];
  if (below === undefined || path.length > LONGEST_CHAIN) return;
  const known = presented.filter((one) => anchors.thumbprints.some((print) => hasThumbprint(one, print)));
  for (const anchor of [...anchors.authorities, ...known]) if (isIssuedBy(below, anchor)) yield [...path, anchor];
  for (const issuer of presented) {
    if (path.some((one) => isSame(one, issuer)) || !issuer.isAuthority || !isIssuedBy(below, issuer)) continue;
    yield* pathsToAnchors([...path, issuer], presented, anchors, isIssuedBy);
  }
}

/** Checks each pair's signature only once: eight certificates with one name make thousands of paths. */
function rememberingIssuers(): IsIssuedBy {
  const known = new Map<CertificateView, Map<CertificateView, boolean>>();
  return (below, issuer) => {
    const ofBelow = known.get(below) ?? new Map<CertificateView, boolean>();
    known.set(below, ofBelow);
    const answer = ofBelow.get(issuer) ?? below.isIssuedBy(issuer);
    ofBelow.set(issuer, answer);
    return answer;
  };
}

/** The first fault that OpenSSL would find, beginning at the leaf. */
function findFault(path: readonly CertificateView[], nowMs: number): string | undefined {
  let authoritiesBelow = 0;
  for (const [index, certificate] of path.entries()) {
    const place = { isLeaf: index === 0, isAnchor: index === path.length - 1, authoritiesBelow };
    const fault = faultOf(certificate, place, nowMs);
    if (fault !== undefined) return `${nameOf(certificate, index)} ${fault}`;
    if (index > 0 && !certificate.isSelfIssued) authoritiesBelow += 1;
  }
  return undefined;
}

interface Place {
  readonly isLeaf: boolean;
  readonly isAnchor: boolean;
  readonly authoritiesBelow: number;
}

function faultOf(certificate: CertificateView, place: Place, nowMs: number): string | undefined {
  const { isLeaf, isAnchor, authoritiesBelow } = place;
  const { pathLength } = certificate;
  if (certificate.unjudgeable !== undefined) return certificate.unjudgeable;
  if (!(nowMs >= certificate.notBefore)) return 'is not valid yet';
  if (!(nowMs <= certificate.notAfter)) return 'has expired';
  if (certificate.isForClients === false) return 'is not for client authentication (extendedKeyUsage)';
  if (certificate.weakKey !== undefined) return certificate.weakKey;
  // The signature of the trusted CA itself is not needed.
  if (!isAnchor && certificate.weakSignature !== undefined) return certificate.weakSignature;
  if (isLeaf) return certificate.mayAuthenticate === false ? 'may not sign (keyUsage)' : undefined;
  if (!certificate.isAuthority) return 'is no CA (basicConstraints)';
  if (certificate.maySignCertificates === false) return 'may not sign certificates (keyUsage)';
  if (pathLength !== undefined && authoritiesBelow > pathLength) {
    return `allows ${pathLength} CAs below it (pathlen), there are ${authoritiesBelow}`;
  }
  return undefined;
}

const nameOf = ({ commonName }: CertificateView, index: number): string =>
  index === 0 ? 'the client certificate' : `the CA "${commonName ?? ''}"`;

const isSame = (one: CertificateView, other: CertificateView): boolean =>
  one.sha256Thumbprint === other.sha256Thumbprint;

const hasThumbprint = (certificate: CertificateView, thumbprint: string): boolean =>
  certificate.sha256Thumbprint === thumbprint || certificate.sha1Thumbprint === thumbprint;
