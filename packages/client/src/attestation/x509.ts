import { refuse } from '../dps/error.ts';
import { quietly } from '../values.ts';
import type { Attestation } from './attestation.ts';

/** What `x509` takes: PEM, given to TLS as it is. */
export interface X509Options {
  /** The device's certificate, followed by all intermediate certificates: PEM. */
  readonly cert: string;
  /** The private key: PEM, may be encrypted. Not needed when `cert` holds it. */
  readonly key?: string | undefined;
  /** Of an encrypted `key`. */
  readonly passphrase?: string | undefined;
  /** The CA of the service's certificate, in place of the public CAs: PEM. */
  readonly ca?: string | undefined;
}

/**
 * Attestation by a client certificate whose common name is the registration id. The PEM goes to the platform unchanged. What the
 * platform refuses is `invalid-options` before the first dial; other faults show in the answer of the service.
 *
 * @example
 * const attestation = x509({ cert: certificate, key: privateKey });
 */
export function x509(options: X509Options): Attestation {
  const { cert, key = cert, passphrase, ca } = Object(options) as X509Options;
  return {
    type: 'x509',
    alternatives: 1,
    check(registrationId) {
      // The service reads the id from the common name, which X.520 limits to 64 characters.
      if (registrationId.length > 64) refuse('registrationId', 'at most 64 characters with a certificate');
      requirePem('x509.cert', cert, 'CERTIFICATE');
      requirePem('x509.key', key, 'PRIVATE KEY');
      if (ca !== undefined) requirePem('x509.ca', ca, 'CERTIFICATE');
    },
    tls: () => ({ cert, key, passphrase, ...(ca && { ca }) }),
  };
}

/** Throws ProvisioningError `invalid-options` unless the text holds a PEM block whose label ends with this one. */
export function requirePem(option: string, text: unknown, label: string): void {
  if (!new RegExp(`-----BEGIN [\\w ]*${label}-----`).test(quietly(() => String(text)) ?? ''))
    refuse(option, `PEM with BEGIN ${label}`);
}
