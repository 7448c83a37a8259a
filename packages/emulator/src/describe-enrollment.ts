import type { EnrollmentSummary } from './emulator.ts';
import type { EnrollmentEntry } from './service/enrollment-book.ts';

export function describeEnrollment({ kind, id, source, status, iotHubs }: EnrollmentEntry): EnrollmentSummary {
  const { attestation } = source;
  const { primaryKey, secondaryKey } = (attestation.type === 'symmetricKey' && attestation.symmetricKey) || {};
  return {
    kind,
    attestation: attestation.type,
    ...(kind === 'individual' ? { registrationId: id } : { enrollmentGroupId: id }),
    ...(primaryKey !== undefined && { primaryKey }),
    ...(secondaryKey !== undefined && { secondaryKey }),
    provisioningStatus: status,
    iotHubs,
  };
}
