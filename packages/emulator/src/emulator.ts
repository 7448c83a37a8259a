import type { EmulatorConfig } from './config/emulator-config.ts';
import type { HubApi } from './hub-api/hub-api.ts';
import type { Attestation, ProvisioningStatus } from './service/enrollment/enrollment.ts';
import type { EmulatorEvent } from './service/events.ts';
import type { ScenarioName } from './service/faults/library.ts';
import type { Scenario } from './service/faults/scenario.ts';
import type { RegistrationRecord } from './service/registration/registration-record.ts';

/** A running emulator. */
export interface Emulator extends AsyncDisposable {
  /** The address or host name where it listens. */
  readonly host: string;
  /** Port of MQTT over TLS. */
  readonly port: number;
  /** Port of MQTT over WebSocket. Undefined when that listener was turned off. */
  readonly webSocketPort: number | undefined;
  /** Port of the HTTP service API. Undefined unless it was asked for. */
  readonly apiPort: number | undefined;
  /** PEM of the CA that signed the listeners' certificate. A device must trust it. */
  readonly ca: string;
  /** The ID scope that devices have to give. */
  readonly idScope: string;
  /** Host names of the emulated hubs. */
  readonly iotHubs: readonly string[];
  /** The seed of all random numbers: the same seed gives the same run. */
  readonly seed: number;
  /** The enrollments in force, with their keys. */
  readonly enrollments: readonly EnrollmentSummary[];
  /** The first individual enrollment with this kind of attestation. Throws Error when there is none. */
  individual<A extends Attestation['type']>(attestation: A): IndividualSummary<A>;
  /** The first enrollment group with this kind of attestation. Throws Error when there is none. */
  group<A extends Attestation['type']>(attestation: A): GroupSummary<A>;
  /**
   * What happens in the emulator. Each iteration begins with up to 4,096 recent events, continues live, and ends when the emulator is
   * closed.
   */
  readonly events: AsyncIterable<EmulatorEvent>;
  /** The service side of the emulated hub. Devices reach it on the same ports, under the host name of a linked hub. */
  readonly hub: HubApi;
  /** The registrations, by registration id as the device wrote it. */
  readonly registrations: ReadonlyMap<string, RegistrationRecord>;
  /**
   * Returns a client certificate with CN = registrationId, and its private key. If the emulator made the certificate of this device's
   * enrollment, it is that one. Otherwise it is signed by the emulator's device CA, which the x509 group made at start trusts.
   */
  issueDeviceCertificate(registrationId: string): DeviceCertificate;
  /**
   * Replaces the enrollments. Registrations and connections stay. Throws ConfigError, and changes nothing, when the configuration is wrong.
   */
  reload(config: EmulatorConfig): void;
  /** The scenario in force. */
  readonly scenario: Scenario | undefined;
  /** Replaces the scenario from the next request on; undefined ends it. Throws ConfigError, and changes nothing, when it is wrong. */
  setScenario(scenario: Scenario | ScenarioName | undefined): void;
  /** Adds an event that says that a new configuration could not be used. */
  reportReloadFailure(reason: string): void;
  /** Closes all connections and listeners. */
  close(): Promise<void>;
}

/** A client certificate for a device, and its private key. It is a secret of this emulator, and of no other use. */
export interface DeviceCertificate {
  /** PEM: the device's certificate, then its intermediate certificate. */
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

/** An individual enrollment whose attestation is known to the compiler. */
export type IndividualSummary<A extends Attestation['type']> = SummaryOfIndividual &
  (A extends 'symmetricKey' ? SummaryOfKeys : SummaryOfCertificates);

/** An enrollment group whose attestation is known to the compiler. */
export type GroupSummary<A extends Attestation['type']> = SummaryOfGroup &
  (A extends 'symmetricKey' ? SummaryOfKeys : SummaryOfCertificates);
