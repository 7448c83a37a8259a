import type { CertificateView } from '../credentials/certificate-view.ts';
import type { AllocationPolicy, Enrollment, ProvisioningStatus, ReprovisionPolicy } from './enrollment.ts';

/** What the credentials of a device are compared with. */
export type EnrolledAttestation =
  | { readonly type: 'symmetricKey'; readonly keys: readonly Uint8Array[] }
  | {
      readonly type: 'x509';
      /**
       * Thumbprints of the device's certificate (individual) or of CA certificates that the device has to send (group): SHA-1 or SHA-256,
       * lower-case hex.
       */
      readonly thumbprints: readonly string[];
      /** CAs, for a group. */
      readonly authorities: readonly CertificateView[];
    };

/** One enrollment with its keys and certificates. */
export interface EnrollmentEntry {
  readonly kind: 'individual' | 'group';
  /** The `registrationId` or `enrollmentGroupId`. */
  readonly id: string;
  readonly attestation: EnrolledAttestation;
  readonly status: ProvisioningStatus;
  readonly allocationPolicy: AllocationPolicy;
  readonly iotHubs: readonly string[];
  readonly reprovisionPolicy: ReprovisionPolicy;
  /** Only for an individual enrollment. */
  readonly deviceId: string | undefined;
  /** The enrollment as it was given. */
  readonly source: Enrollment;
}

/** All enrollments in force. Ids are compared without case, as the service does. */
export class EnrollmentIndex {
  readonly entries: readonly EnrollmentEntry[];
  readonly #individuals: ReadonlyMap<string, EnrollmentEntry>;
  readonly groups: readonly EnrollmentEntry[];

  constructor(entries: readonly EnrollmentEntry[]) {
    this.entries = entries;
    this.#individuals = new Map(
      entries.filter(({ kind }) => kind === 'individual').map((entry) => [entry.id.toLowerCase(), entry]),
    );
    this.groups = entries.filter(({ kind }) => kind === 'group');
  }

  /** The individual enrollment of this device. A device in a group may have none. */
  individual(registrationId: string): EnrollmentEntry | undefined {
    return this.#individuals.get(registrationId.toLowerCase());
  }
}
