import { refuse } from '../dps/error.ts';
import type { Attestation } from './attestation.ts';

export interface X509Options {
  /** The device's certificate first, and below it every intermediate: PEM. */
  readonly cert: string;
  /** PEM; may be encrypted. May be left out when it stands in the text of `cert`. */
  readonly key?: string | undefined;
  readonly passphrase?: string | undefined;
  /** The CA that signed the service's certificate, instead of the public ones: PEM. */
  readonly ca?: string | undefined;
}

/**
 * A client certificate whose common name is the registration id. The PEM is given to the platform as it is: what it refuses is
 * `invalid-options` before the first dial, what only the service can tell is its answer.
 */
export function x509(options: X509Options): Attestation {
  const { cert, key = cert, passphrase, ca } = options;
  return {
    type: 'x509',
    alternatives: 1,
    check(registrationId) {
      // The service takes the id from the common name, which X.520 ends at 64 characters.
      if (registrationId.length > 64) refuse('registrationId', 'at most 64 characters with a certificate');
      requirePem('x509.cert', cert, 'CERTIFICATE');
      requirePem('x509.key', key, 'PRIVATE KEY');
      if (ca !== undefined) requirePem('x509.ca', ca, 'CERTIFICATE');
    },
    tls: () => ({ cert, key, passphrase, ...(ca && { ca }) }),
  };
}

/** Throws ProvisioningError `invalid-options` unless the text holds a block of PEM with this label, or one that ends so. */
export function requirePem(option: string, text: unknown, label: string): void {
  if (!new RegExp(`-----BEGIN [\\w ]*${label}-----`).test(String(text))) refuse(option, `PEM with BEGIN ${label}`);
}
