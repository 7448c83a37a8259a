import { ConfigError } from './config/config-error.ts';
import type { EmulatorConfig } from './config/emulator-config.ts';
import {
  DEFAULT_ENROLLMENTS,
  type GeneratedCredentials,
  prepareEnrollment,
  prepareEnrollments,
} from './config/prepare-enrollments.ts';
import { describeEnrollment } from './describe-enrollment.ts';
import type { DeviceCertificate, EnrollmentSummary } from './emulator.ts';
import type { Authority } from './pki/authority.ts';
import type { Attestation, Enrollment } from './service/enrollment/enrollment.ts';
import { type EnrollmentEntry, EnrollmentIndex } from './service/enrollment/enrollment-index.ts';

/** Makes enrollments ready for use: missing keys and certificates are made, and kept over a reload. */
export class EnrollmentsInForce {
  readonly #authority: Authority;
  readonly #generated: GeneratedCredentials = { keys: new Map(), certificates: new Map() };

  constructor(authority: Authority) {
    this.#authority = authority;
  }

  prepareAll(config: EmulatorConfig, iotHubs: readonly string[]): readonly EnrollmentEntry[] {
    const given = config.individualEnrollments != null || config.enrollmentGroups != null;
    return prepareEnrollments(given ? config : DEFAULT_ENROLLMENTS, iotHubs, this.#authority, this.#generated);
  }

  prepare(enrollment: Enrollment, iotHubs: readonly string[]): EnrollmentEntry {
    return prepareEnrollment(enrollment, iotHubs, this.#authority, this.#generated);
  }

  /** Prepares a new configuration. Throws ConfigError when its id scope differs. */
  reload(config: EmulatorConfig, idScope: string, iotHubs: readonly string[]): EnrollmentIndex {
    if (config.idScope !== undefined && config.idScope !== idScope) {
      throw new ConfigError([{ path: 'idScope', message: `cannot change while the emulator runs; it is ${idScope}` }]);
    }
    return new EnrollmentIndex(this.prepareAll(config, iotHubs));
  }

  issueDeviceCertificate(registrationId: string): DeviceCertificate {
    const made = this.#generated.certificates.get(registrationId.toLowerCase());
    return made ?? this.#authority.issueDevice(registrationId);
  }
}

/** The first enrollment of this kind. Throws Error when there is none. */
export function findSummary(
  entries: readonly EnrollmentEntry[],
  kind: EnrollmentSummary['kind'],
  attestation: Attestation['type'],
): EnrollmentSummary {
  const found = entries.map(describeEnrollment).find((one) => one.kind === kind && one.attestation === attestation);
  if (found === undefined) throw new Error(`there is no ${kind} enrollment attested by ${attestation}`);
  return found;
}
