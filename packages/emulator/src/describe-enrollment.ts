import type { EnrollmentSummary } from './emulator.ts';
import type { EnrollmentEntry } from './service/enrollment/enrollment-index.ts';

/** What `emulator.enrollments` shows of an enrollment: its id, its hubs and its keys, but no certificate. */
export function describeEnrollment({ kind, id, source, status, iotHubs }: EnrollmentEntry): EnrollmentSummary {
  const { attestation } = source;
  const shared = { provisioningStatus: status, iotHubs };
  const who =
    kind === 'individual' ? ({ kind, registrationId: id } as const) : ({ kind, enrollmentGroupId: id } as const);
  if (attestation.type === 'x509') return { ...who, attestation: 'x509', ...shared };
  // Missing keys were made before.
  const { primaryKey = '', secondaryKey = '' } = attestation.symmetricKey ?? {};
  return { ...who, attestation: 'symmetricKey', primaryKey, secondaryKey, ...shared };
}
