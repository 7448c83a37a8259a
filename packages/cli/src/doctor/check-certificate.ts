import type { X509Certificate } from 'node:crypto';
import { type Credentials, commonNames, MaterialError, readCredentials } from '@mote/client/material';
import { type Chain, commonName, issuerName, readChain } from './chain.ts';
import { checkChain } from './check-chain.ts';
import { bad, type Finding, good, note } from './finding.ts';
import type { Subject } from './subject.ts';

/** id-kp-clientAuth [RFC 5280 4.2.1.12]. */
const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';

/** Checks the device certificate: its key, its common name, its dates, its permitted use, and the order of its chain. */
export function checkCertificate(subject: Subject): Finding[] {
  const { cert, certKey, passphrase, registrationId, now } = subject;
  if (cert === undefined) return [];
  const read = credentials(subject);
  const chain = 'chain' in read ? read.chain : readChain(cert, passphrase);
  if (chain === undefined) return [unreadable(read as MaterialError)];
  return [
    good('certificate', `${chain.length === 1 ? 'one' : chain.length} in the file; issued by ${issuerName(chain[0])}`),
    ...('chain' in read ? [pair(read)] : materialFinding(read, certKey === undefined)),
    ...(registrationId === undefined ? [] : [nameFinding(chain[0], registrationId)]),
    datesFinding(chain, now()),
    ...usageFindings(chain[0]),
    checkChain(chain),
  ];
}

function credentials({ cert, certKey, passphrase }: Subject): Credentials | MaterialError {
  try {
    return readCredentials({ cert: cert!, key: certKey, passphrase });
  } catch (error) {
    if (error instanceof MaterialError) return error;
    throw error;
  }
}

function pair({ chain }: Credentials): Finding {
  return good('private key', `belongs to the certificate (${chain[0].publicKey.asymmetricKeyType})`);
}

function unreadable({ slot, message }: MaterialError): Finding {
  const what = slot === 'passphrase' ? 'the passphrase' : 'the file';
  const certificate = message.endsWith('swapped')
    ? 'Exchange --cert and --cert-key.'
    : 'Give the certificate as PEM, DER or PKCS #12 in the file of --cert.';
  return bad('certificate', 'cert-unreadable', `${what} ${message}`, slot === 'passphrase' ? PASSPHRASE : certificate);
}

const PASSPHRASE = 'Give the passphrase in DPS_PASSPHRASE or --passphrase-file.';

/** The certificate can be read, but not its private key, or they do not belong together: what to do. */
function materialFinding({ slot, message }: MaterialError, isWithout: boolean): Finding[] {
  const check = 'private key';
  if (slot === 'passphrase') return [bad(check, 'cert-key-unreadable', `the passphrase ${message}`, PASSPHRASE)];
  if (slot === 'cert') {
    return [
      bad(check, 'cert-unusable', `the certificate ${message}`, 'Have the certificate made for a key of P-256 or RSA.'),
    ];
  }
  if (isWithout && /not a private key$/.test(message))
    return [
      bad(check, 'cert-key-missing', 'none was given', 'Give the private key of the certificate: --cert-key FILE.'),
    ];
  if (/belong/.test(message)) {
    const fix = 'Give the key that this certificate was made for; the device certificate must stand first in its file.';
    return [bad(check, 'cert-key-mismatch', `it ${message}`, fix)];
  }
  return [
    bad(
      check,
      'cert-key-unreadable',
      `the file ${message}`,
      'Give the private key as PEM or DER in the file of --cert-key.',
    ),
  ];
}

/** The service compares common name and registration id to the letter, and answers CONNACK 5 if they differ. */
function nameFinding(leaf: X509Certificate, registrationId: string): Finding {
  const check = 'common name';
  const names = commonNames(leaf);
  const [name] = names;
  if (names.includes(registrationId)) {
    if (names.length === 1) return good(check, `is the registration id, ${name}`);
    const fix = 'Have a certificate made with one: which of several the service takes is not documented.';
    return note(check, `the certificate has ${names.length}: ${names.join(', ')}`, fix);
  }
  if (name?.toLowerCase() === registrationId.toLowerCase()) {
    return bad(
      check,
      'cn-case',
      `the certificate says ${name}, the registration id is ${registrationId}: they differ in letter case`,
      `Set --registration-id to ${name}, or have the certificate made anew.`,
    );
  }
  return bad(
    check,
    'cn-differs',
    `the certificate is for ${names.join(', ') || 'nobody: it has no common name'}, the registration id is ${registrationId}`,
    'The common name of the device certificate must be the registration id.',
  );
}

function datesFinding(chain: Chain, now: number): Finding {
  const check = 'validity';
  const late = chain.find((certificate) => Date.parse(certificate.validTo) < now);
  if (late !== undefined) {
    const fix = 'Renew it; if the date looks wrong, see the clock below.';
    return bad(check, 'cert-expired', `${commonName(late) ?? 'a certificate'} ended on ${day(late.validTo)}`, fix);
  }
  const early = chain.find((certificate) => Date.parse(certificate.validFrom) > now);
  if (early !== undefined) {
    const fix = 'Is the clock right? Devices without a battery start in 1970.';
    return bad(
      check,
      'cert-not-yet-valid',
      `${commonName(early) ?? 'a certificate'} begins on ${day(early.validFrom)}`,
      fix,
    );
  }
  const soonest = Math.min(...chain.map((certificate) => Date.parse(certificate.validTo)));
  return good(check, `until ${day(soonest)}`);
}

/** Node's `keyUsage` is the extended key usage. A certificate without it may be used for everything. */
function usageFindings(leaf: X509Certificate): Finding[] {
  const usage = leaf.keyUsage as readonly string[] | undefined;
  if (usage === undefined || usage.includes(CLIENT_AUTHENTICATION)) return [];
  return [
    bad(
      'key usage',
      'cert-usage',
      'the certificate may not be used for client authentication',
      'Have it made with extendedKeyUsage = clientAuth.',
    ),
  ];
}

function day(time: string | number): string {
  return new Date(time).toISOString().slice(0, 10);
}
