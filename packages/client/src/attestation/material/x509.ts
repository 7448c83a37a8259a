import { refuse } from '../../dps/error.ts';
import type { Attestation, Dressed } from '../attestation.ts';
import { x509 as plainX509 } from '../x509.ts';
import { commonNames } from './common-names.ts';
import { MaterialError } from './material-error.ts';
import { type Credentials, readCredentials } from './read.ts';

export interface X509Options {
  /** The device's certificate first, and below it every intermediate: PEM or DER, or a PKCS #12 file with its key in it. */
  readonly cert: Dressed;
  /** PEM or DER; may be encrypted. May be left out when it stands in the file of `cert`. */
  readonly key?: Dressed | undefined;
  readonly passphrase?: string | undefined;
  /** The CA that signed the service's certificate, instead of the public ones: PEM or DER. */
  readonly ca?: Dressed | undefined;
}

/** A client certificate whose common name is the registration id. What is of another kind is named. */
export function x509(options: X509Options): Attestation {
  let read: Credentials | undefined;
  const credentials = () => (read ??= credentialsOf(options ?? {}));
  const plain = () => plainX509({ ...credentials(), passphrase: options.passphrase });
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

/** What the service would answer with an alert, CONNACK 5 or 401, said before it is asked. */
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
