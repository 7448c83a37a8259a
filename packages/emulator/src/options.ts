import type { Clock } from './clock.ts';
import type { EmulatorConfig } from './config/emulator-config.ts';
import type { ScenarioName } from './service/faults/library.ts';
import type { Scenario } from './service/faults/scenario.ts';
import type { HubThrottling } from './service/hub/hub-quotas.ts';
import type { AllocationHook } from './service/registration/allocation.ts';
import type { Throttling as DpsThrottling } from './service/registration/throttle.ts';
import type { Limits } from './service/settings.ts';

/** Options of `startEmulator`, beside the members of a configuration. An unknown one is a ConfigError. */
export interface EmulatorOptions extends EmulatorConfig {
  /** Address to listen on. Default: `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Port of MQTT over TLS. Default: 0, which is any free port. */
  readonly port?: number | undefined;
  /** Port of MQTT over WebSocket over TLS. Default: 0, which is any free port. `false`: no such listener. */
  readonly webSocketPort?: number | false | undefined;
  /** Port of the service API, HTTP on loopback; 0 is any free port. Default: no service API. */
  readonly apiPort?: number | false | undefined;
  /**
   * Further names in the listeners' certificate: host names, also with `*.` in front, and IP addresses. `localhost`, the loopback
   * addresses, `host` and the linked hubs are always in it. With it a device can use a host name that is built into its firmware.
   */
  readonly serverNames?: readonly string[] | undefined;
  /**
   * Folder of the certificate authorities (`ca`, `device-root`, `device-issuer`, as `.pem` and `.key`). They are made when the folder
   * has none, with keys in mode 0600, and stay over restarts. Default: made at each start and never written.
   */
  readonly authority?: string | undefined;
  /** A scenario, or the name of a ready one. */
  readonly scenario?: Scenario | ScenarioName | undefined;
  /** Seed of ids and faults. The same seed and the same requests give the same transcript. Default: random. */
  readonly seed?: number | undefined;
  /** Number of polls until a device is assigned. Default: 1. With 0 the register request itself is answered 200. */
  readonly pollsBeforeAssigned?: number | undefined;
  /** `retry-after` in answers that ask to wait, seconds. Default: 3, as the service says. */
  readonly retryAfterSeconds?: number | undefined;
  /** When bad credentials are refused. `deferred` (default): at the register request, as the service does. `eager`: at CONNECT. */
  readonly authentication?: 'deferred' | 'eager' | undefined;
  /**
   * How certificate chains of devices of an x509 group are checked. `openssl` (default): as OpenSSL checks those of a TLS client, so
   * path length, key usage and the dates of every certificate count. `signatures`: names, signatures and CA only.
   */
  readonly chainChecks?: 'openssl' | 'signatures' | undefined;
  /** Seconds for which an expired SAS token is still accepted. Default: 0. */
  readonly clockSkewSeconds?: number | undefined;
  /** Quotas. Default: `off`. `service`: those that are documented. */
  readonly throttling?: 'off' | 'service' | Throttling | undefined;
  /** Further api-versions that user names may have. Unknown ones get CONNACK 5. */
  readonly apiVersions?: readonly string[] | undefined;
  /** Default: `standard`. A hub of the tier `basic` takes telemetry: it has no cloud-to-device messages, methods and twins. */
  readonly hubTier?: 'standard' | 'basic' | undefined;
  /** `connectionProfile` of each hub, such as `mqttV5`. Devices that use api-version 2026-11-02-preview are told. */
  readonly connectionProfiles?: Readonly<Record<string, string>> | undefined;
  /** Chooses the hub for enrollments whose `allocationPolicy` is `custom`. */
  readonly allocate?: AllocationHook | undefined;
  /** Milliseconds to each hub, for the policy `geoLatency`. A hub without a number counts as the farthest. */
  readonly geoLatency?: Readonly<Record<string, number>> | undefined;
  /** File in which registrations, twins, queues and sessions are kept over restarts. */
  readonly stateFile?: string | undefined;
  /** What devices may take of memory and connections. */
  readonly limits?: Partial<Limits> | undefined;
  /** Default: `systemClock`. A test may give a `VirtualClock`. */
  readonly clock?: Clock | undefined;
}

/** Quotas of DPS and of the hub. What is left out of the hub's is not limited. */
export type Throttling = DpsThrottling & HubThrottling;

export type { Allocation, AllocationHook, AllocationRequest } from './service/registration/allocation.ts';
export type { Limits } from './service/settings.ts';
