import type { TlsTarget } from './transport/transport.ts';

/**
 * Those of Node's. What would weaken the connection is refused: versions below TLS 1.2, ciphers without encryption or certificate,
 * `@SECLEVEL=0`, signatures by MD5 or SHA-1. Verification is always on: trust a CA of your own with `ca`. The certificate has to
 * bear the host of `endpoint`, or `servername`.
 */
export type TlsOptions = Pick<
  TlsTarget,
  | 'ca'
  | 'ciphers'
  | 'crl'
  | 'ecdhCurve'
  | 'family'
  | 'lookup'
  | 'maxVersion'
  | 'minVersion'
  | 'rejectUnauthorized'
  | 'servername'
  | 'sigalgs'
>;
