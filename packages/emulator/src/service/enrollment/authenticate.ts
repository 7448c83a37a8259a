import type { CertificateView } from '../credentials/certificate-view.ts';
import { judgeChain } from '../credentials/judge-chain.ts';
import { type Hmac, parseSasToken, type ReadToken } from '../credentials/sas-token.ts';
import type { EnrollmentEntry, EnrollmentIndex } from './enrollment-index.ts';
import { type Refusal, refusal } from './refusal.ts';
import { findSasFault } from './sas-fault.ts';

/** What a CONNECT proves the identity of a device with. */
export type Credentials =
  | { readonly type: 'sas'; readonly password: string }
  /** The device's own certificate first. TLS has proved that the device holds its key. */
  | { readonly type: 'x509'; readonly chain: readonly CertificateView[] };

/** Who a device says it is, with its credentials, which are not checked yet. */
export interface Claim {
  readonly idScope: string;
  readonly registrationId: string;
  readonly credentials: Credentials;
}

/** Settings that authentication depends on. */
export interface AuthenticationRules {
  readonly nowMs: number;
  /** Seconds for which a token is accepted after its end. */
  readonly skewSeconds: number;
  readonly chainChecks: 'openssl' | 'signatures';
}

/** Authenticates a device. If it has an individual enrollment, only that counts; otherwise the groups do. */
export function authenticate(
  claim: Claim,
  enrollments: EnrollmentIndex,
  hmac: Hmac,
  rules: AuthenticationRules,
): EnrollmentEntry | Refusal {
  if (claim.credentials.type === 'x509') return byCertificate(claim, claim.credentials.chain, enrollments, rules);
  const token = parseSasToken(claim.credentials.password);
  if (typeof token === 'string') return unauthorized(token);
  return bySas(claim, token, enrollments, hmac, rules.nowMs / 1000 - rules.skewSeconds);
}

function bySas(
  { idScope, registrationId }: Claim,
  token: ReadToken,
  enrollments: EnrollmentIndex,
  hmac: Hmac,
  nowSeconds: number,
): EnrollmentEntry | Refusal {
  const individual = enrollments.individual(registrationId);
  const candidates = individual === undefined ? enrollments.groups : [individual];
  let fault: string | undefined;
  for (const entry of candidates) {
    if (entry.attestation.type !== 'symmetricKey') continue;
    const keys =
      entry.kind === 'group' ? deriveKeys(entry.attestation.keys, registrationId, hmac) : entry.attestation.keys;
    const found = findSasFault(token, { idScope, registrationId, keys, nowSeconds, hmac });
    if (found === undefined) return entry;
    // With several groups, the reason is taken from the one whose key made the token.
    if (fault === undefined || fault.startsWith('the signature')) fault = found;
  }
  if (fault !== undefined) return unauthorized(fault);
  return individual === undefined
    ? refusal(
        404,
        404201,
        'Enrollment not found',
        'no enrollment has this registration id and no group has a symmetric key',
      )
    : unauthorized('the enrollment is attested by X.509, the device sent a SAS token');
}

/** deviceKey = HMAC-SHA256(groupKey, registrationId), for the id as given and in lower case: clients use either. */
export function deriveKeys(groupKeys: readonly Uint8Array[], registrationId: string, hmac: Hmac): Uint8Array[] {
  const spellings = new Set([registrationId, registrationId.toLowerCase()]);
  return groupKeys.flatMap((key) => [...spellings].map((spelling) => hmac(key, spelling)));
}

function byCertificate(
  { registrationId }: Claim,
  chain: readonly CertificateView[],
  enrollments: EnrollmentIndex,
  rules: AuthenticationRules,
): EnrollmentEntry | Refusal {
  const { nowMs } = rules;
  const [leaf] = chain;
  if (leaf === undefined) return notTrusted('Unauthorized', 'no client certificate was presented');
  if (!(nowMs >= leaf.notBefore && nowMs <= leaf.notAfter)) {
    return notTrusted('Unauthorized', 'the client certificate is outside its validity period');
  }
  const individual = enrollments.individual(registrationId);
  return individual === undefined ? byChain(chain, enrollments.groups, rules) : byThumbprint(leaf, individual);
}

function byThumbprint(leaf: CertificateView, entry: EnrollmentEntry): EnrollmentEntry | Refusal {
  if (entry.attestation.type !== 'x509') {
    return notTrusted('Unauthorized', 'the enrollment is attested by symmetric key, the device sent a certificate');
  }
  const { thumbprints } = entry.attestation;
  if (thumbprints.includes(leaf.sha256Thumbprint) || thumbprints.includes(leaf.sha1Thumbprint)) return entry;
  return notTrusted('Unauthorized', `thumbprint ${leaf.sha1Thumbprint} is not the one of the enrollment`);
}

/** Among several groups: the one whose CA is nearest to the device's certificate. */
function byChain(
  chain: readonly CertificateView[],
  groups: readonly EnrollmentEntry[],
  { nowMs, chainChecks }: AuthenticationRules,
): EnrollmentEntry | Refusal {
  let nearest: { entry: EnrollmentEntry; distance: number } | undefined;
  let reason = 'no enrollment has this registration id and no group is attested by X.509';
  for (const entry of groups) {
    if (entry.attestation.type !== 'x509') continue;
    const verdict = judgeChain(chain, entry.attestation, nowMs, chainChecks);
    if (typeof verdict === 'string') reason = verdict;
    else if (verdict < (nearest?.distance ?? Number.POSITIVE_INFINITY)) nearest = { entry, distance: verdict };
  }
  return nearest?.entry ?? notTrusted('CA certificate not found.', reason);
}

const unauthorized = (reason: string): Refusal => refusal(401, 401000, 'Unauthorized', reason);
const notTrusted = (message: string, reason: string): Refusal => refusal(401, 401002, message, reason);
