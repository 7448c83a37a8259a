import type { Attestation } from './attestation.ts';

export interface X509Options {
  /** PEM: the leaf, and below it every intermediate. */
  readonly cert: string | Uint8Array;
  /** PEM; may be encrypted. */
  readonly key: string | Uint8Array;
  readonly passphrase?: string | undefined;
  /** PEM of the CA that signed the service's certificate, instead of the public ones. */
  readonly ca?: string | Uint8Array | undefined;
}

/** A client certificate whose common name is the registration id. */
export function x509({ cert, key, passphrase, ca }: X509Options): Attestation {
  return {
    type: 'x509',
    alternatives: 1,
    check: () => {},
    tls: () => ({
      cert,
      key,
      ...(passphrase === undefined ? {} : { passphrase }),
      ...(ca === undefined ? {} : { ca }),
    }),
  };
}
