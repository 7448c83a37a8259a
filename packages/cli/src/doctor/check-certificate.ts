import { createPrivateKey, type X509Certificate } from 'node:crypto';
import { type Chain, commonName, issuerName, readChain } from './chain.ts';
import { checkChain } from './check-chain.ts';
import { bad, type Finding, good } from './finding.ts';
import type { Subject } from './subject.ts';

const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';

/** The device certificate with its key: pair, name, dates, use, and the order of its chain. */
export function checkCertificate(subject: Subject): Finding[] {
  const { cert, registrationId, now } = subject;
  if (cert === undefined) return [];
  const chain = readChain(cert);
  if (chain === undefined) {
    return [
      bad(
        'certificate',
        'cert-unreadable',
        'the file holds no PEM certificate that can be read',
        'Give PEM: text between BEGIN CERTIFICATE and END CERTIFICATE. `openssl x509 -inform der -in FILE` makes it of DER.',
      ),
    ];
  }
  return [
    good('certificate', `${chain.length === 1 ? 'one' : chain.length} in the file; issued by ${issuerName(chain[0])}`),
    keyFinding(chain[0], subject),
    ...(registrationId === undefined ? [] : [nameFinding(chain[0], registrationId)]),
    datesFinding(chain, now()),
    ...usageFindings(chain[0]),
    checkChain(chain),
  ];
}

function keyFinding(leaf: X509Certificate, { certKey, passphrase }: Subject): Finding {
  const check = 'private key';
  if (certKey === undefined) {
    return bad(
      check,
      'cert-key-missing',
      'none was given',
      'Give the private key of the certificate: --cert-key FILE.',
    );
  }
  let key: ReturnType<typeof createPrivateKey>;
  try {
    key = createPrivateKey(passphrase === undefined ? certKey : { key: certKey, passphrase });
  } catch {
    const locked = /ENCRYPTED/.test(certKey);
    return bad(
      check,
      'cert-key-unreadable',
      locked
        ? 'it is encrypted, and the passphrase is missing or wrong'
        : 'the file holds no PEM private key that can be read',
      locked ? 'Give the passphrase in DPS_PASSPHRASE.' : 'Give PEM: text that begins with BEGIN PRIVATE KEY.',
    );
  }
  if (leaf.checkPrivateKey(key)) return good(check, `belongs to the certificate (${key.asymmetricKeyType})`);
  return bad(
    check,
    'cert-key-mismatch',
    'it does not belong to the first certificate of the file',
    'Give the key that this certificate was made for; the device certificate must stand first in its file.',
  );
}

function nameFinding(leaf: X509Certificate, registrationId: string): Finding {
  const check = 'common name';
  const name = commonName(leaf);
  if (name === registrationId) return good(check, `is the registration id, ${name}`);
  if (name?.toLowerCase() === registrationId.toLowerCase()) {
    return bad(
      check,
      'cn-case',
      `the certificate says ${name}, the registration id is ${registrationId}: they differ in letter case`,
      `Use --registration-id ${name}, or have the certificate made anew.`,
    );
  }
  return bad(
    check,
    'cn-differs',
    `the certificate is for ${name ?? 'nobody: it has no common name'}, the registration id is ${registrationId}`,
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

/** `keyUsage` of Node's is the extended key usage; without one every use is allowed. */
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
