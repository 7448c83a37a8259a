import type { CertificateView } from './credentials/certificate-view.ts';
import type { EmulatorEvent } from './events.ts';
import type { Scenario } from './faults/scenario.ts';
import type { HubThrottling } from './hub/hub-quotas.ts';
import type { FeedbackRecord } from './hub/messages.ts';
import type { Telemetry } from './hub/telemetry.ts';
import type { DpsSettings } from './registration/dps-session.ts';
import type { RegistrationSettings } from './registration/registrations.ts';

/** Settings of the hub. */
export interface HubSettings {
  /** The canonical host of a hub, if it is served here. */
  readonly isHub: (host: string) => boolean;
  readonly apiVersions: ReadonlySet<string>;
  /** A hub of the Basic tier: telemetry alone. */
  readonly isBasic: boolean;
  /** Issues certificates for signing requests. */
  readonly issuer: CertificateView | undefined;
  readonly throttling: HubThrottling | undefined;
  readonly telemetry: (telemetry: Telemetry) => void;
  readonly feedback: (record: FeedbackRecord) => void;
  readonly changed: () => void;
}

/** What the emulator allows its devices, so that none of them can take all of its memory or connections. */
export interface Limits {
  /** Most connections at one time. */
  readonly maxConnections: number;
  /** Most bytes of one packet. */
  readonly maxPacketSize: number;
  /** Milliseconds from accepting TCP to a complete CONNECT, with TLS handshake and upgrade. */
  readonly connectTimeoutMs: number;
  /** Most milliseconds without a packet. 1.5 times Keep Alive if that is shorter. */
  readonly idleTimeoutMs: number;
  /** Bytes that a device may leave unread before it is disconnected. */
  readonly maxBufferedBytes: number;
  /** QoS 1 packets that a device may leave unacknowledged before it is disconnected. */
  readonly maxUnacknowledged: number;
  /** Most registrations that are kept. */
  readonly maxRegistrations: number;
}

/** All settings of the service core. They were checked before. */
export interface ServiceSettings extends DpsSettings, RegistrationSettings {
  readonly scenario: Scenario | undefined;
  readonly limits: Limits;
  readonly hub: HubSettings;
  readonly now: () => number;
  readonly emit: (event: EmulatorEvent) => void;
}
