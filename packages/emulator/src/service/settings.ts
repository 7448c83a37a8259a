import type { EmulatorEvent } from '../events.ts';
import type { AllocationHook, Limits, Throttling } from '../options.ts';
import type { CertificateView } from './certificate-view.ts';
import type { Telemetry } from './hub/hub.ts';
import type { Hmac } from './sas-token.ts';
import type { Scenario } from './scenario/scenario.ts';

/** Certifies the key of a signing request for this registration id. DER, leaf first; a string is the reason why not. */
export type CertificateIssuer = (request: Uint8Array, registrationId: string) => readonly Uint8Array[] | string;

/** What the hub is given beside the settings of all. */
export interface HubSettings {
  /** Canonical host of a hub that is served here. */
  readonly isHub: (host: string) => boolean;
  readonly apiVersions: ReadonlySet<string>;
  /** Signs the certificates that DPS issues for signing requests. */
  readonly issuer: CertificateView | undefined;
  readonly now: () => number;
  readonly telemetry: (telemetry: Telemetry) => void;
  readonly changed: () => void;
}

/** What the service core is given: complete, and checked by whoever gives it. */
export interface ServiceSettings {
  readonly idScope: string;
  readonly seed: number;
  readonly scenario: Scenario | undefined;
  readonly pollsBeforeAssigned: number;
  readonly retryAfterSeconds: number;
  readonly authentication: 'deferred' | 'eager';
  readonly chainChecks: 'openssl' | 'signatures';
  readonly clockSkewSeconds: number;
  readonly apiVersions: ReadonlySet<string>;
  readonly connectionProfiles: Readonly<Record<string, string>>;
  readonly throttling: Throttling | undefined;
  readonly allocate: AllocationHook;
  readonly geoLatency: Readonly<Record<string, number>>;
  readonly limits: Limits;
  readonly hmac: Hmac;
  readonly issueCertificate: CertificateIssuer;
  readonly hub: HubSettings;
  readonly emit: (event: EmulatorEvent) => void;
}
