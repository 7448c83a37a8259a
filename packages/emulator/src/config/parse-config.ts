import { isHubId, isRegistrationId } from '@mote/client/azure';
import { readCertificate } from '../pki/authority.ts';
import type { Enrollment, EnrollmentGroup, IndividualEnrollment } from '../service/enrollment/enrollment.ts';
import { findSectionFault } from '../service/hub/twin.ts';
import { findJsonFault } from '../service/values/bounded-json.ts';
import {
  ALLOCATION_POLICIES,
  ATTESTATIONS,
  canonicalEnrollment,
  REPROVISION_POLICIES,
  STATUSES,
} from './canonical-enrollment.ts';
import { checkSymmetricKey } from './check-symmetric-key.ts';
import { type Check, Checked } from './checks.ts';
import { ConfigError } from './config-error.ts';
import type { EmulatorConfig } from './emulator-config.ts';
import { unwrapExport } from './enrollment-export.ts';
import { checkHubDevices } from './hub-devices.ts';

/** Host names of hubs: letters, digits, hyphens and dots. An emulated hub may have a port. */
export const HOST_NAME: RegExp = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?$/;
/** Most characters: 253 of the name [RFC 1035 2.3.4, without the dot at its end], a colon, and five digits of a port. */
const MOST_OF_A_HOST = 259;
/** Unlike a registration id it may begin with any of these characters. */
const GROUP_ID = /^[A-Za-z0-9\-._:]{1,128}$/;

/** The members of a configuration. `startEmulator` takes the same names as options. */
export const CONFIG_CHECKS: Readonly<Record<keyof EmulatorConfig, Check>> = {
  idScope: (idScope) => {
    if (!idScope.isAbsent && !/^[A-Za-z0-9]+$/.test(idScope.text() ?? 'x')) idScope.fail('must be letters and digits');
  },
  iotHubs: checkHubs,
  individualEnrollments: (list) => checkAll(list, 'registrationId', checkIndividual),
  enrollmentGroups: (list) => checkAll(list, 'enrollmentGroupId', checkGroup),
  devices: checkHubDevices,
};

/**
 * Checks parsed JSON with the field names of the service: a configuration, one enrollment, or an array of enrollments. Throws
 * ConfigError, which names every fault with its path.
 *
 * @example
 * const config = parseConfig({ enrollmentGroups: [{ enrollmentGroupId: 'cameras', attestation: { type: 'x509' } }] });
 */
export function parseConfig(value: unknown): EmulatorConfig {
  const config = unwrapExport(value);
  const root = new Checked(config, '', []);
  checkBounds(root);
  if (root.problems.length === 0) root.members(CONFIG_CHECKS);
  if (root.problems.length > 0) throw new ConfigError(root.problems);
  return canonicalConfig(config as EmulatorConfig); // every member that the emulator reads was looked at above
}

/** Of a checked configuration. */
export function canonicalConfig(config: EmulatorConfig): EmulatorConfig {
  const { individualEnrollments, enrollmentGroups } = config;
  return {
    ...config,
    ...(individualEnrollments != null && {
      individualEnrollments: individualEnrollments.map(canonicalEnrollment) as readonly IndividualEnrollment[],
    }),
    ...(enrollmentGroups != null && {
      enrollmentGroups: enrollmentGroups.map(canonicalEnrollment) as readonly EnrollmentGroup[],
    }),
  };
}

/** Checks one enrollment, as it comes to the service API. Throws ConfigError. */
export function parseEnrollment(value: unknown, kind: 'individual' | 'group'): Enrollment {
  const root = new Checked(value, '', []);
  checkBounds(root);
  if (kind === 'individual') checkIndividual(root);
  else checkGroup(root);
  if (root.problems.length > 0) throw new ConfigError(root.problems);
  return canonicalEnrollment(value as Enrollment); // checked just above
}

/** Checks that unknown members, which are kept, can be written as JSON later. */
export function checkBounds(value: Checked): void {
  const fault = findJsonFault(value.value);
  if (fault !== undefined) value.fail(fault);
}

function checkAll(list: Checked, idName: string, check: (enrollment: Checked) => void): void {
  const seen = new Map<string, string>();
  for (const enrollment of list.items()) {
    check(enrollment);
    const id = enrollment.member(idName);
    // An id that is no text was refused above.
    if (typeof id.value !== 'string') continue;
    const key = id.value.toLowerCase();
    const first = seen.get(key);
    if (first !== undefined) id.fail(`is the same as ${first}`);
    seen.set(key, id.path);
  }
}

function checkIndividual(enrollment: Checked): void {
  const id = enrollment.member('registrationId');
  if (enrollment.object() === undefined) return;
  if (!isRegistrationId(id.text() ?? 'x')) {
    id.fail('must be 1 to 128 letters, digits and - . _ :, beginning with a letter or digit');
  }
  const deviceId = enrollment.member('deviceId');
  if (!deviceId.isAbsent && !isHubId(deviceId.text() ?? 'x'))
    deviceId.fail('must be 1 to 128 characters that a hub allows in an id');
  checkShared(enrollment, 'clientCertificates');
}

function checkGroup(group: Checked): void {
  const id = group.member('enrollmentGroupId');
  if (group.object() === undefined) return;
  if (!GROUP_ID.test(id.text() ?? 'x')) id.fail('must be 1 to 128 letters, digits and - . _ :');
  checkShared(group, 'signingCertificates');
}

function checkShared(enrollment: Checked, certificates: 'clientCertificates' | 'signingCertificates'): void {
  checkAttestation(enrollment.member('attestation'), certificates);
  ifPresent(enrollment.member('provisioningStatus'), (status) => status.oneOf(STATUSES));
  ifPresent(enrollment.member('allocationPolicy'), (policy) => policy.oneOf(ALLOCATION_POLICIES));
  checkHubs(enrollment.member('iotHubs'));
  ifPresent(enrollment.member('iotHubHostName'), checkHub);
  ifPresent(enrollment.member('reprovisionPolicy'), (policy) => {
    if (typeof policy.value === 'string') return policy.oneOf(Object.keys(REPROVISION_POLICIES));
    if (policy.object() === undefined) return undefined;
    ifPresent(policy.member('updateHubAssignment'), (flag) => flag.flag());
    ifPresent(policy.member('migrateDeviceData'), (flag) => flag.flag());
    return undefined;
  });
  ifPresent(enrollment.member('initialTwin'), checkInitialTwin);
  ifPresent(enrollment.member('customAllocationDefinition'), (definition) => {
    if (definition.object() !== undefined) checkWebHook(definition.member('webhookUrl'));
  });
}

function checkInitialTwin(twin: Checked): void {
  if (twin.object() === undefined) return;
  const properties = twin.member('properties');
  ifPresent(properties, (value) => value.object());
  for (const [section, values] of [
    ['tags', twin.member('tags')],
    ['desired', properties.member('desired')],
  ] as const) {
    const fault =
      values.isAbsent || values.object() === undefined ? undefined : findSectionFault(values.value, section);
    if (fault !== undefined) values.fail(fault);
  }
}

function checkWebHook(address: Checked): void {
  const text = address.text();
  if (text !== undefined && !/^https?:\/\/[^/\s]/i.test(text)) address.fail('must be a URL of http or https');
}

function checkAttestation(attestation: Checked, certificates: 'clientCertificates' | 'signingCertificates'): void {
  if (attestation.object() === undefined) return;
  const type = attestation.member('type');
  const isTpm = typeof type.value === 'string' && type.value.toLowerCase() === 'tpm';
  if (isTpm) type.fail('TPM is not offered over MQTT; use symmetricKey or x509');
  const known = isTpm ? undefined : type.oneOf(ATTESTATIONS);
  if (known === 'symmetricKey') ifPresent(attestation.member('symmetricKey'), checkKeys);
  if (known === 'x509') ifPresent(attestation.member('x509'), (x509) => checkX509(x509, certificates));
}

function checkKeys(keys: Checked): void {
  if (keys.object() === undefined) return;
  for (const name of ['primaryKey', 'secondaryKey']) ifPresent(keys.member(name), checkSymmetricKey);
}

function checkX509(x509: Checked, certificates: 'clientCertificates' | 'signingCertificates'): void {
  if (x509.object() === undefined) return;
  const other = certificates === 'clientCertificates' ? 'signingCertificates' : 'clientCertificates';
  if (!x509.member(other).isAbsent) x509.member(other).fail(`has no place here; use ${certificates}`);
  const references = x509.member('caReferences');
  if (!references.isAbsent) checkReferences(references, certificates);
  const pair = x509.member(certificates);
  if (pair.isAbsent && references.isAbsent) pair.fail('is missing; leave out x509 to have a certificate made');
  if (pair.isAbsent || pair.object() === undefined) return;
  if (pair.member('primary').isAbsent) pair.member('primary').fail('is missing');
  for (const name of ['primary', 'secondary']) ifPresent(pair.member(name), checkCertificate);
}

/** Names of certificates that are stored in a DPS instance. An export has the names only. */
function checkReferences(references: Checked, certificates: string): void {
  if (references.object() === undefined) return;
  if (certificates === 'clientCertificates') references.fail('has no place here; use clientCertificates');
  for (const name of ['primary', 'secondary']) ifPresent(references.member(name), (reference) => reference.text());
}

function checkCertificate(entry: Checked): void {
  if (entry.object() === undefined) return;
  const certificate = entry.member('certificate');
  if (certificate.isAbsent) {
    const info = entry.member('info');
    const known = ['sha256Thumbprint', 'sha1Thumbprint'].some((name) => typeof info.member(name).value === 'string');
    if (!known) certificate.fail('is missing, and so is a thumbprint in its info');
    return;
  }
  const text = certificate.text();
  if (text === undefined) return;
  try {
    readCertificate(text);
  } catch (error) {
    certificate.fail((error as Error).message);
  }
}

function checkHubs(hubs: Checked): void {
  for (const hub of hubs.items()) checkHub(hub);
}

function checkHub(hub: Checked): void {
  const name = hub.text() ?? 'x';
  if (!HOST_NAME.test(name) || name.length > MOST_OF_A_HOST) hub.fail('is not a host name');
}

function ifPresent(value: Checked, check: (value: Checked) => unknown): void {
  if (!value.isAbsent) check(value);
}
