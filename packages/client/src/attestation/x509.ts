import type { X509Certificate } from 'node:crypto';
import { refuse } from '../dps/error.ts';
import { crypto } from '../node.ts';
import { quietly } from '../values.ts';
import type { Attestation } from './attestation.ts';
import { authorities, certificates } from './certificates.ts';
import { asciiOf, type Dressed, isDressed, pemBlocks } from './dress.ts';

export interface X509Options {
  /** The device's certificate first, and below it every intermediate: PEM or DER. */
  readonly cert: Dressed;
  /** PEM; may be encrypted. May be left out when it stands in the file of `cert`. */
  readonly key?: Dressed | undefined;
  readonly passphrase?: string | undefined;
  /** The CA that signed the service's certificate, instead of the public ones: PEM or DER. */
  readonly ca?: Dressed | undefined;
}

/** A client certificate whose common name is the registration id. */
export function x509(options: X509Options): Attestation {
  const { cert, passphrase, ca } = options;
  return {
    type: 'x509',
    alternatives: 1,
    check: (registrationId) => check(options, registrationId),
    tls: () => ({
      cert: certificates('x509.cert', cert).join(''),
      key: keyPem(options),
      passphrase,
      ...(ca && { ca: authorities('x509.ca', ca) }),
    }),
  };
}

/** What the service would answer with an alert, CONNACK 5 or 401, said before it is asked. */
function check(options: X509Options, registrationId: string): void {
  const { cert, passphrase, ca } = options;
  // The service takes the id from the common name, which X.520 ends at 64 characters.
  if (registrationId.length > 64) refuse('registrationId', 'at most 64 characters with a certificate');
  const chain = certificates('x509.cert', cert);
  const leaf = chain[0]!;
  const kind = unusableKey(leaf);
  if (kind) refuse('x509.cert', `has a key of ${kind}, which TLS cannot use: P-256, P-384, P-521 or RSA is needed`);
  const names = commonNames(leaf);
  if (!names.some((name) => name.toLowerCase() === registrationId.toLowerCase()))
    refuse('x509.cert', `the registration id as common name, which is ${names.join(', ') || 'missing'}`);
  chain.slice(1).forEach((issuer, i) => {
    if (!chain[i]!.checkIssued(issuer)) refuse('x509.cert', `certificate ${i + 2} did not issue certificate ${i + 1}`);
  });
  const key = keyPem(options);
  const privateKey =
    quietly(() => crypto().createPrivateKey({ key, passphrase })) ??
    refuse('x509.key', 'PEM, and a passphrase if it is encrypted');
  if (!leaf.checkPrivateKey(privateKey)) refuse('x509.key', 'does not belong to the certificate');
  if (ca) authorities('x509.ca', ca);
}

/**
 * The common names of the subject or issuer, in their order. From the structure: in Node's `subject`, which is text, a relative name of
 * several attributes looks like another name (RFC 5280 4.1.2.4).
 */
export function commonNames(certificate: X509Certificate, whose: 'subject' | 'issuer' = 'subject'): string[] {
  // Node 24.21 ends the process here (SIGSEGV) when the key is on a curve that has no name of NIST.
  if (quietly(() => unusableKey(certificate))) return [];
  // An array when there are several, whatever the type says.
  const name = certificate.toLegacyObject()[whose] as { CN?: string | string[] } | undefined;
  return [name?.CN ?? []].flat();
}

/** Its curve or kind, when TLS 1.3 has no signature for it: OpenSSL would send no certificate at all (RFC 8446 4.2.3, 4.4.2.3). */
export function unusableKey({ publicKey }: X509Certificate): string | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKey;
  const kind = details?.namedCurve ?? type!;
  return /^(prime256v1|secp(384|521)r1|ec|rsa.*|ed.*)$/.test(kind) ? undefined : kind;
}

function keyPem({ key, cert }: X509Options): string {
  const file = key ?? cert;
  const [label, body] = (isDressed(file) && pemBlocks(asciiOf(file)).find(([name]) => /PRIVATE KEY$/.test(name))) || [];
  if (!body) return refuse('x509.key', 'holds no private key (PEM)');
  // OpenSSL reads no line of more than 254 characters, and none that is indented.
  const lines = /:/.test(body)
    ? body.replace(/^[^\S\n]+/gm, '')
    : `\n${body.replace(/\s/g, '').replace(/.{64}(?!$)/g, '$&\n')}\n`;
  return `-----BEGIN ${label}-----${lines}-----END ${label}-----\n`;
}
