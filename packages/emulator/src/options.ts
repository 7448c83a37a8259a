import type { Clock } from './clock.ts';
import type { EmulatorConfig } from './config/emulator-config.ts';
import type { ScenarioName } from './service/faults/library.ts';
import type { Scenario } from './service/faults/scenario.ts';
import type { HubThrottling } from './service/hub/hub-quotas.ts';
import type { AllocationHook } from './service/registration/allocation.ts';
import type { Throttling as DpsThrottling } from './service/registration/throttle.ts';
import type { Limits } from './service/settings.ts';

export interface EmulatorOptions extends EmulatorConfig {
  /** Address to listen on; `127.0.0.1` unless told. */
  readonly host?: string | undefined;
  /** MQTT over TLS. 0, the default, takes any free port. */
  readonly port?: number | undefined;
  /** MQTT over WebSocket over TLS. 0, the default, takes any free port; `false` leaves the listener out. */
  readonly webSocketPort?: number | false | undefined;
  /** Service API over plain HTTP on loopback. Left out unless a port, or 0, is given. */
  readonly apiPort?: number | false | undefined;
  /**
   * Names for the listeners' certificate, beside `localhost`, the loopback addresses, `host` and the linked hubs: host
   * names, also with `*.` in front, and addresses. So a device reaches the emulator under a name that is built into it.
   */
  readonly serverNames?: readonly string[] | undefined;
  /**
   * Folder of the certificate authorities (`ca`, `device-root`, `device-issuer`, as `.pem` and `.key`). They are made when
   * none is there, with keys in mode 0600, and stay over restarts. Left out: made at each start and never written.
   */
  readonly authority?: string | undefined;
  /** A scenario, or the name of one from the library. */
  readonly scenario?: Scenario | ScenarioName | undefined;
  /** Of ids and faults. The same seed and the same requests give the same transcript. Random unless given. */
  readonly seed?: number | undefined;
  /** How many polls a device sends until it hears `assigned`: 1 unless told; with 0 the register request itself is answered 200. */
  readonly pollsBeforeAssigned?: number | undefined;
  /** Seconds, in the answers that ask to wait: 3 unless told, as the service says. */
  readonly retryAfterSeconds?: number | undefined;
  /** `deferred`, the default: bad credentials are refused at the register request, as the service does. `eager`: at CONNECT. */
  readonly authentication?: 'deferred' | 'eager' | undefined;
  /**
   * How the chain of a device is judged that an x509 group enrolled. `openssl`, the default: as OpenSSL judges a TLS
   * client's, so path length, key usage and the dates of every certificate count. `signatures`: names, signatures and CA only.
   */
  readonly chainChecks?: 'openssl' | 'signatures' | undefined;
  /** Seconds by which a SAS token may have expired. 0 unless told. */
  readonly clockSkewSeconds?: number | undefined;
  /** `off` unless told; `service` takes the documented quotas. */
  readonly throttling?: 'off' | 'service' | Throttling | undefined;
  /** api-versions that a user name may name, beside those that the service is known to have; others hear CONNACK 5. */
  readonly apiVersions?: readonly string[] | undefined;
  /** `connectionProfile` of each hub, such as `mqttV5`; told to devices that ask with api-version 2026-11-02-preview. */
  readonly connectionProfiles?: Readonly<Record<string, string>> | undefined;
  /** Decides for the enrollments whose `allocationPolicy` is `custom`. */
  readonly allocate?: AllocationHook | undefined;
  /** Milliseconds to each hub, for `geoLatency`; a hub left out is the farthest. */
  readonly geoLatency?: Readonly<Record<string, number>> | undefined;
  /** Registrations are kept in this file and survive a restart. */
  readonly stateFile?: string | undefined;
  readonly limits?: Partial<Limits> | undefined;
  readonly clock?: Clock | undefined;
}

/** Of DPS, and of the hub where given; there, what is left out is not limited. */
export type Throttling = DpsThrottling & HubThrottling;

export type { Allocation, AllocationHook, AllocationRequest } from './service/registration/allocation.ts';
export type { Limits } from './service/settings.ts';
