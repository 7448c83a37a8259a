import type { TlsTarget } from './transport/transport.ts';

/**
 * TLS options of Node. Options that would weaken the connection are refused: versions below TLS 1.2, ciphers without encryption or
 * certificate, `@SECLEVEL=0`, signatures by MD5 or SHA-1. Verification is always on: use `ca` to trust a CA of your own. The
 * server's certificate must name the host of `endpoint`, or `servername`.
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
