import { refuse } from '../../dps/error.ts';
import { isPlain } from '../../values.ts';
import type { Attestation, FileContent } from '../attestation.ts';
import { x509 as plainX509 } from '../x509.ts';
import { commonNames } from './common-names.ts';
import { MaterialError } from './material-error.ts';
import { type Credentials, readCredentials } from './read.ts';

/** What `x509` reads: the content of files, as text or bytes. */
export interface X509Options {
  /** The device's certificate, followed by all intermediate certificates: PEM or DER. Or a PKCS #12 file, which holds the key, too. */
  readonly cert: FileContent;
  /** The private key: PEM or DER, may be encrypted. Not needed when `cert` holds it. */
  readonly key?: FileContent | undefined;
  readonly passphrase?: string | undefined;
  /** The CA of the service's certificate, in place of the public CAs: PEM or DER. */
  readonly ca?: FileContent | undefined;
}

/**
 * Attestation by a client certificate whose common name is the registration id. An error names what an input holds in place of it.
 *
 * @example
 * const attestation = x509({ cert: certificate, key: privateKey });
 */
export function x509(options: X509Options): Attestation {
  const own = isPlain(options) ? { ...options } : ({} as X509Options);
  let read: Credentials | undefined;
  const credentials = () => (read ??= credentialsOf(own));
  const plain = () => plainX509({ ...credentials(), passphrase: own.passphrase });
  return {
    type: 'x509',
    alternatives: 1,
    check(registrationId) {
      plain().check(registrationId);
      checkChain(credentials(), registrationId);
    },
    tls: () => plain().tls!(),
  };
}

/** Checks what the service would refuse with an alert, CONNACK 5 or 401. */
function checkChain({ chain }: Credentials, registrationId: string): void {
  const names = commonNames(chain[0]);
  if (!names.some((name) => name.toLowerCase() === registrationId.toLowerCase()))
    refuse('x509.cert', `the registration id as common name, which is ${names.join(', ') || 'missing'}`);
  chain.slice(1).forEach((issuer, i) => {
    if (!chain[i]!.checkIssued(issuer)) refuse('x509.cert', `certificate ${i + 2} did not issue certificate ${i + 1}`);
  });
}

function credentialsOf(options: X509Options): Credentials {
  try {
    return readCredentials(options);
  } catch (error) {
    if (error instanceof MaterialError) refuse(`x509.${error.slot}`, error.message);
    throw error;
  }
}
