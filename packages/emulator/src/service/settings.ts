import type { CertificateView } from './credentials/certificate-view.ts';
import type { EmulatorEvent } from './events.ts';
import type { Scenario } from './faults/scenario.ts';
import type { HubThrottling } from './hub/hub-quotas.ts';
import type { FeedbackRecord } from './hub/messages.ts';
import type { Telemetry } from './hub/telemetry.ts';
import type { DpsSettings } from './registration/dps-session.ts';
import type { RegistrationSettings } from './registration/registrations.ts';

/** What the hub is given beside the settings of all. */
export interface HubSettings {
  /** Canonical host of a hub that is served here. */
  readonly isHub: (host: string) => boolean;
  readonly apiVersions: ReadonlySet<string>;
  /** Signs the certificates that are issued for signing requests. */
  readonly issuer: CertificateView | undefined;
  readonly throttling: HubThrottling | undefined;
  readonly telemetry: (telemetry: Telemetry) => void;
  readonly feedback: (record: FeedbackRecord) => void;
  readonly changed: () => void;
}

export interface Limits {
  readonly maxConnections: number;
  /** Bytes of one MQTT packet. */
  readonly maxPacketSize: number;
  /** From accept to a whole CONNECT, TLS handshake and upgrade included. */
  readonly connectTimeoutMs: number;
  /** Silence allowed at most; 1.5 times Keep Alive when that is shorter. */
  readonly idleTimeoutMs: number;
  /** Answers a device may leave unread before it is dropped. */
  readonly maxBufferedBytes: number;
  /** QoS 1 answers a device may leave unacknowledged before it is dropped. */
  readonly maxUnacknowledged: number;
  readonly maxRegistrations: number;
}

/** What the service core is given: complete, and checked by whoever gives it. */
export interface ServiceSettings extends DpsSettings, RegistrationSettings {
  readonly scenario: Scenario | undefined;
  readonly limits: Limits;
  readonly hub: HubSettings;
  readonly now: () => number;
  readonly emit: (event: EmulatorEvent) => void;
}
