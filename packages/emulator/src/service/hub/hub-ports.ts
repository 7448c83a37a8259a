import type { CertificateIssuer } from '../credentials/certificate-issuer.ts';
import type { InitialTwin } from '../enrollment/enrollment.ts';
import type { EmulatorEventBody } from '../events.ts';
import type { HubCredentials } from './hub-device.ts';
import type { HubThrottling } from './hub-quotas.ts';
import type { FeedbackRecord } from './messages.ts';
import type { Telemetry } from './telemetry.ts';

/** What the hub asks of the emulator around it. */
export interface HubPorts {
  readonly emit: (event: EmulatorEventBody & { readonly registrationId: string }) => void;
  readonly telemetry: (telemetry: Telemetry) => void;
  readonly feedback: (record: FeedbackRecord) => void;
  /** Called after each change of what a state file keeps. */
  readonly changed: () => void;
  readonly issueCertificate: CertificateIssuer;
  /** The CA of issued certificates. */
  readonly issuer: NonNullable<HubCredentials['anchors']>['authorities'][number] | undefined;
  readonly throttling: HubThrottling | undefined;
  /** A hub of the Basic tier: telemetry alone. */
  readonly isBasic: boolean;
  /** Most QoS 1 packets that a device may leave without PUBACK. */
  readonly maxUnacknowledged: number;
}

/** What DPS knows of a device that it has assigned. */
export interface DeviceOrigin {
  /** False: the twin begins anew. Default: true. */
  readonly keepsData?: boolean;
  /** Default: the id. */
  readonly registrationId?: string;
  readonly initialTwin?: InitialTwin | undefined;
}
