/** What the service core reads of a certificate. Parsing and signatures are done outside the core. */
export interface CertificateView {
  readonly commonName: string | undefined;
  /** Lower-case hex without colons. */
  readonly sha1Thumbprint: string;
  readonly sha256Thumbprint: string;
  /** basicConstraints says CA:TRUE. */
  readonly isAuthority: boolean;
  /** CAs allowed between this one and the leaf; undefined when there is no limit. */
  readonly pathLength: number | undefined;
  /** Subject and issuer are the same: such a CA does not count towards a path length. */
  readonly isSelfIssued: boolean;
  /** keyUsage allows keyCertSign; undefined when there is no keyUsage. */
  readonly maySignCertificates: boolean | undefined;
  /** keyUsage allows digitalSignature or keyAgreement; undefined when there is no keyUsage. */
  readonly mayAuthenticate: boolean | undefined;
  /** extendedKeyUsage names clientAuth; undefined when there is no extendedKeyUsage. */
  readonly isForClients: boolean | undefined;
  /** Why this certificate cannot be judged: a critical extension that is not known, name constraints, a broken extension. */
  readonly unjudgeable: string | undefined;
  /** A key too short; undefined when it is long enough. */
  readonly weakKey: string | undefined;
  /** A hash too weak for a signature; undefined when it is strong enough. */
  readonly weakSignature: string | undefined;
  /** Milliseconds since 1970; NaN for a time that cannot be read. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** The fields of `x509.certificateInfo` in the service's answers. */
  readonly info: Readonly<Record<string, unknown>>;
  /** Names match and the issuer's key made the signature. */
  isIssuedBy(issuer: CertificateView): boolean;
}
