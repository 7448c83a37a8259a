import { refuse } from '../../dps/error.ts';
import type { Attestation } from '../attestation.ts';
import { x509 as plainX509, type X509Options } from '../x509.ts';
import { MaterialError } from './material-error.ts';
import { readCredentials } from './read.ts';

/**
 * A client certificate whose common name is the registration id. Besides PEM and DER, `cert` takes a PKCS #12 file with its key
 * in it; what is of another kind is named.
 */
export function x509(options: X509Options): Attestation {
  let plain: Attestation | undefined;
  const read = () => (plain ??= plainX509({ ...options, ...credentials(options) }));
  return {
    type: 'x509',
    alternatives: 1,
    check: (registrationId) => read().check(registrationId),
    tls: () => read().tls!(),
  };
}

function credentials(options: X509Options): Pick<X509Options, 'cert' | 'key' | 'ca'> {
  try {
    const { cert, key, ca } = readCredentials(options ?? {});
    return { cert, key, ca };
  } catch (error) {
    if (error instanceof MaterialError) refuse(`x509.${error.slot}`, error.message);
    throw error;
  }
}
