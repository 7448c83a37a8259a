import type { EmulatorConfig } from './config/emulator-config.ts';
import type { HubApi } from './hub-api/hub-api.ts';
import type { Attestation, ProvisioningStatus } from './service/enrollment/enrollment.ts';
import type { EmulatorEvent } from './service/events.ts';
import type { ScenarioName } from './service/faults/library.ts';
import type { Scenario } from './service/faults/scenario.ts';
import type { RegistrationRecord } from './service/registration/registration-record.ts';

/** A running emulator. */
export interface Emulator extends AsyncDisposable {
  readonly host: string;
  /** MQTT over TLS. */
  readonly port: number;
  /** MQTT over WebSocket, unless it was left out. */
  readonly webSocketPort: number | undefined;
  /** Service API, when asked for. */
  readonly apiPort: number | undefined;
  /** PEM of the CA that signed the listeners' certificate: what a device must trust. */
  readonly ca: string;
  readonly idScope: string;
  readonly iotHubs: readonly string[];
  readonly seed: number;
  readonly enrollments: readonly EnrollmentSummary[];
  /** The first individual enrollment that is attested so. Throws Error when there is none. */
  individual<A extends Attestation['type']>(attestation: A): IndividualSummary<A>;
  /** The first enrollment group that is attested so. Throws Error when there is none. */
  group<A extends Attestation['type']>(attestation: A): GroupSummary<A>;
  /** Each iteration begins with the recent past (at most 4,096 events), goes on live, and ends when the emulator is closed. */
  readonly events: AsyncIterable<EmulatorEvent>;
  /** The service side of the hub that devices reach on the same ports, under the name of a linked hub. */
  readonly hub: HubApi;
  /** By registration id, as the device wrote it. */
  readonly registrations: ReadonlyMap<string, RegistrationRecord>;
  /**
   * A certificate with CN = registrationId and its private key. It is the enrolled one where the emulator made the
   * enrollment's certificate; else one signed by the emulator's device CA, which the x509 group made at start trusts.
   */
  issueDeviceCertificate(registrationId: string): DeviceCertificate;
  /** Takes new enrollments; registrations and connections stay. Throws ConfigError and changes nothing when they are wrong. */
  reload(config: EmulatorConfig): void;
  /** The faults in force. */
  readonly scenario: Scenario | undefined;
  /** Other faults from the next request on; undefined ends them. Throws ConfigError and changes nothing when they are wrong. */
  setScenario(scenario: Scenario | ScenarioName | undefined): void;
  /** Tells the readers of `events` that a new configuration could not be used. */
  reportReloadFailure(reason: string): void;
  close(): Promise<void>;
}

export interface DeviceCertificate {
  /** PEM: the leaf, then its intermediate. */
  readonly cert: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

interface SummaryOfAny {
  readonly provisioningStatus: ProvisioningStatus;
  readonly iotHubs: readonly string[];
}

interface SummaryOfIndividual extends SummaryOfAny {
  readonly kind: 'individual';
  readonly registrationId: string;
  readonly enrollmentGroupId?: undefined;
}

interface SummaryOfGroup extends SummaryOfAny {
  readonly kind: 'group';
  readonly enrollmentGroupId: string;
  readonly registrationId?: undefined;
}

interface SummaryOfKeys {
  readonly attestation: 'symmetricKey';
  /** Base64. */
  readonly primaryKey: string;
  readonly secondaryKey: string;
}

interface SummaryOfCertificates {
  readonly attestation: 'x509';
  readonly primaryKey?: undefined;
  readonly secondaryKey?: undefined;
}

/** An enrollment in force. `kind` and `attestation` say which members are there. */
export type EnrollmentSummary = (SummaryOfIndividual | SummaryOfGroup) & (SummaryOfKeys | SummaryOfCertificates);

export type IndividualSummary<A extends Attestation['type']> = SummaryOfIndividual &
  (A extends 'symmetricKey' ? SummaryOfKeys : SummaryOfCertificates);

export type GroupSummary<A extends Attestation['type']> = SummaryOfGroup &
  (A extends 'symmetricKey' ? SummaryOfKeys : SummaryOfCertificates);
