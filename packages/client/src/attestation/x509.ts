import { quietly } from '../core/quietly.ts';
import { crypto } from '../node.ts';
import { refuse } from '../refuse.ts';
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
export function x509(options: X509Options): Attestation {
  const { cert, key, passphrase, ca } = options;
  return {
    type: 'x509',
    alternatives: 1,
    check: (registrationId) => check(options, registrationId),
    tls: () => ({ cert: pem(cert), key: pem(key), passphrase, ...(ca && { ca: pem(ca) }) }),
  };
}

/** What the service would answer with an alert, CONNACK 5 or 401, said before it is asked. */
function check({ cert, key, passphrase }: X509Options, registrationId: string): void {
  const { createPrivateKey, X509Certificate } = crypto();
  // The service takes the id from the common name, which X.520 ends at 64 characters.
  if (registrationId.length > 64) refuse('registrationId', 'at most 64 characters with a certificate');
  const parts = pem(cert).match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  const chain =
    quietly(() => parts?.map((part) => new X509Certificate(part))) ?? refuse('x509.cert', 'PEM, the leaf first');
  const leaf = chain[0]!;
  const name = /^CN=(.*)$/m.exec(leaf.subject)?.[1] ?? '';
  if (name.toLowerCase() !== registrationId.toLowerCase())
    refuse('x509.cert', `the registration id as common name, which is ${name || 'missing'}`);
  chain.slice(1).forEach((issuer, i) => {
    if (!chain[i]!.checkIssued(issuer)) refuse('x509.cert', `certificate ${i + 2} did not issue certificate ${i + 1}`);
  });
  const privateKey =
    quietly(() => createPrivateKey({ key: pem(key), passphrase })) ??
    refuse('x509.key', 'PEM, and a passphrase if it is encrypted');
  if (!leaf.checkPrivateKey(privateKey)) refuse('x509.key', 'it does not belong to the certificate');
}

function pem(text: string | Uint8Array): string {
  return Buffer.from(text).toString('latin1');
}
