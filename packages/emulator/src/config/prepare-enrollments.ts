import { randomBytes, X509Certificate } from 'node:crypto';
import type { DeviceCertificate } from '../emulator.ts';
import { type Authority, readCertificate } from '../pki/authority.ts';
import { viewCertificate } from '../pki/certificate-view.ts';
import type {
  CertificatePair,
  EnrolledCertificate,
  Enrollment,
  IndividualEnrollment,
  ReprovisionPolicy,
} from '../service/enrollment/enrollment.ts';
import type { EnrolledAttestation, EnrollmentEntry } from '../service/enrollment/enrollment-index.ts';
import type { EmulatorConfig } from './emulator-config.ts';

/** Keys and certificates that were made for enrollments without any. They are kept over a reload. */
export interface GeneratedCredentials {
  readonly keys: Map<string, { readonly primaryKey: string; readonly secondaryKey: string }>;
  /** By registration id, in lower case. */
  readonly certificates: Map<string, DeviceCertificate>;
}

/** One enrollment of each kind, for an emulator without a configuration. */
export const DEFAULT_ENROLLMENTS: EmulatorConfig = {
  individualEnrollments: [
    { registrationId: 'key-device', attestation: { type: 'symmetricKey' } },
    { registrationId: 'x509-device', attestation: { type: 'x509' } },
  ],
  enrollmentGroups: [
    { enrollmentGroupId: 'key-group', attestation: { type: 'symmetricKey' } },
    { enrollmentGroupId: 'x509-group', attestation: { type: 'x509' } },
  ],
};

/** Makes checked enrollments ready for use. Missing keys and defaults are filled in, as the service does. */
export function prepareEnrollments(
  config: EmulatorConfig,
  iotHubs: readonly string[],
  authority: Authority,
  made: GeneratedCredentials,
): EnrollmentEntry[] {
  const enrollments: readonly Enrollment[] = [
    ...(config.individualEnrollments ?? []),
    ...(config.enrollmentGroups ?? []),
  ];
  return enrollments.map((enrollment) => prepareEnrollment(enrollment, iotHubs, authority, made));
}

/** One enrollment with its keys, certificates and defaults. `linkedHubs` serve an enrollment that names no hubs. */
export function prepareEnrollment(
  enrollment: Enrollment,
  linkedHubs: readonly string[],
  authority: Authority,
  made: GeneratedCredentials,
): EnrollmentEntry {
  const individual = isIndividual(enrollment);
  const { iotHubs, iotHubHostName, reprovisionPolicy } = enrollment;
  const named = iotHubs?.length ? iotHubs : iotHubHostName ? [iotHubHostName] : linkedHubs;
  const id = individual ? enrollment.registrationId : enrollment.enrollmentGroupId;
  const source = completeKeys(enrollment, `${individual ? 'individual' : 'group'} ${id.toLowerCase()}`, made);
  return {
    kind: individual ? 'individual' : 'group',
    id,
    attestation: attestationOf(source, authority, made),
    status: enrollment.provisioningStatus ?? 'enabled',
    allocationPolicy: enrollment.allocationPolicy ?? 'hashed',
    iotHubs: named,
    reprovisionPolicy: policyOf(reprovisionPolicy),
    deviceId: individual ? (enrollment.deviceId ?? undefined) : undefined,
    source,
  };
}

/** Words were turned into policies when the enrollment was checked. */
function policyOf(given: Enrollment['reprovisionPolicy']): ReprovisionPolicy {
  const { updateHubAssignment = true, migrateDeviceData = true } = typeof given === 'object' ? (given ?? {}) : {};
  return { updateHubAssignment: updateHubAssignment ?? true, migrateDeviceData: migrateDeviceData ?? true };
}

/** Whether an enrollment is for one device. A group has `enrollmentGroupId` in place of `registrationId`. */
export const isIndividual = (enrollment: Enrollment): enrollment is IndividualEnrollment =>
  'registrationId' in enrollment;

function completeKeys(enrollment: Enrollment, id: string, made: GeneratedCredentials): Enrollment {
  const { attestation } = enrollment;
  if (attestation.type !== 'symmetricKey') return enrollment;
  const known = made.keys.get(id) ?? { primaryKey: makeKey(), secondaryKey: makeKey() };
  const { primaryKey, secondaryKey } = attestation.symmetricKey ?? {};
  if (primaryKey == null || secondaryKey == null) made.keys.set(id, known);
  const symmetricKey = { primaryKey: primaryKey ?? known.primaryKey, secondaryKey: secondaryKey ?? known.secondaryKey };
  return { ...enrollment, attestation: { type: 'symmetricKey', symmetricKey } };
}

function attestationOf(enrollment: Enrollment, authority: Authority, made: GeneratedCredentials): EnrolledAttestation {
  const { attestation } = enrollment;
  if (attestation.type === 'symmetricKey') {
    const { primaryKey, secondaryKey } = attestation.symmetricKey ?? {};
    const keys = [primaryKey, secondaryKey].filter((key) => key !== undefined).map((key) => Buffer.from(key, 'base64'));
    return { type: 'symmetricKey', keys };
  }
  const { clientCertificates, signingCertificates } = attestation.x509 ?? {};
  if (isIndividual(enrollment)) {
    const thumbprints = clientCertificates
      ? entriesOf(clientCertificates).flatMap(thumbprintsOf)
      : [madeThumbprint(enrollment, authority, made)];
    return { type: 'x509', thumbprints, authorities: [] };
  }
  const entries = entriesOf(signingCertificates);
  const enrolled = entries.flatMap(({ certificate }) => (certificate ? [readCertificate(certificate)] : []));
  const thumbprints = entries.filter(({ certificate }) => !certificate).flatMap(thumbprintsOf);
  const isMade = enrolled.length === 0 && thumbprints.length === 0;
  const authorities = isMade ? [readCertificate(authority.deviceRoot)] : enrolled;
  return { type: 'x509', thumbprints, authorities: authorities.map(viewCertificate) };
}

function madeThumbprint(
  { registrationId }: IndividualEnrollment,
  authority: Authority,
  made: GeneratedCredentials,
): string {
  const key = registrationId.toLowerCase();
  const issued = made.certificates.get(key) ?? authority.issueDevice(registrationId);
  made.certificates.set(key, issued);
  return viewCertificate(new X509Certificate(issued.cert)).sha256Thumbprint;
}

const entriesOf = (pair: CertificatePair | null | undefined): EnrolledCertificate[] =>
  [pair?.primary, pair?.secondary].filter((entry) => entry != null);

function thumbprintsOf({ certificate, info }: EnrolledCertificate): string[] {
  if (certificate) return [viewCertificate(readCertificate(certificate)).sha256Thumbprint];
  return [info?.sha256Thumbprint, info?.sha1Thumbprint]
    .filter((text) => typeof text === 'string')
    .map((text) => text.replaceAll(':', '').toLowerCase());
}

/** 64 bytes, as the service makes them. */
const makeKey = (): string => randomBytes(64).toString('base64');
