import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
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
  const given = Object.entries({ passphrase, ca }).filter(([, value]) => value !== undefined);
  return {
    type: 'x509',
    alternatives: 1,
    check: (registrationId) => check(options, registrationId),
    tls: () => ({ cert: pem(cert), key: pem(key), ...Object.fromEntries(given) }),
  };
}

/** What the service would answer with an alert, CONNACK 5 or 401, said before it is asked. */
function check({ cert, key, passphrase }: X509Options, registrationId: string): void {
  // The service takes the id from the common name, which X.520 ends at 64 characters.
  if (registrationId.length > 64) refuse('registrationId', 'at most 64 characters with a certificate');
  const chain = certificates(cert);
  const leaf = chain[0]!;
  const name = /^CN=(.*)$/m.exec(leaf.subject)?.[1];
  if (name?.toLowerCase() !== registrationId.toLowerCase()) {
    refuse('x509.cert', `its common name is ${name ?? 'missing'}, not the registration id ${registrationId}`);
  }
  chain.slice(1).forEach((issuer, i) => {
    if (!chain[i]!.checkIssued(issuer))
      refuse('x509.cert', `certificate ${i + 2} of the chain did not issue certificate ${i + 1}`);
  });
  if (!leaf.checkPrivateKey(privateKey(key, passphrase))) refuse('x509.key', 'it does not belong to the certificate');
}

function certificates(cert: string | Uint8Array): X509Certificate[] {
  const parts = pem(cert).match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  try {
    if (parts !== null) return parts.map((part) => new X509Certificate(part));
  } catch {
    // What Node says of it adds nothing to the line below.
  }
  return refuse('x509.cert', 'PEM certificates, the leaf first');
}

function privateKey(key: string | Uint8Array, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey({ key: pem(key), ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    return refuse(
      'x509.key',
      passphrase === undefined
        ? 'a private key as PEM; an encrypted one needs its passphrase'
        : 'a private key as PEM, and its passphrase',
    );
  }
}

function pem(text: string | Uint8Array): string {
  return typeof text === 'string' ? text : Buffer.from(text).toString('latin1');
}
