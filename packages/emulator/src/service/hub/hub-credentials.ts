import type { CertificateView } from '../credentials/certificate-view.ts';
import type { Hmac } from '../credentials/sas-token.ts';
import { deriveKeys } from '../enrollment/authenticate.ts';
import type { EnrollmentEntry } from '../enrollment/enrollment-index.ts';
import type { HubCredentials } from './hub-device.ts';

/** The credentials that DPS gives the hub for a device: the keys of its enrollment, or its own in a group; its certificates. */
export function credentialsFrom(
  { kind, attestation }: EnrollmentEntry,
  registrationId: string,
  presented: CertificateView | undefined,
  issuedBy: CertificateView | undefined,
  hmac: Hmac,
): HubCredentials {
  const issuers = issuedBy === undefined ? [] : [issuedBy];
  if (attestation.type === 'symmetricKey') {
    const keys = kind === 'group' ? deriveKeys(attestation.keys, registrationId, hmac) : attestation.keys;
    const anchors = issuers.length === 0 ? undefined : { authorities: issuers, thumbprints: [] };
    return { keys, thumbprints: [], anchors };
  }
  const { thumbprints, authorities } = attestation;
  if (kind === 'individual') {
    const anchors = issuers.length === 0 ? undefined : { authorities: issuers, thumbprints: [] };
    return { keys: [], thumbprints, anchors };
  }
  const own = presented === undefined ? [] : [presented.sha256Thumbprint];
  return { keys: [], thumbprints: own, anchors: { authorities: [...authorities, ...issuers], thumbprints } };
}
