import type { Clock } from './clock.ts';
import type { EmulatorConfig, EnrollmentGroup, IndividualEnrollment } from './config/enrollment.ts';
import type { Scenario } from './service/scenario/scenario.ts';

export interface EmulatorOptions extends EmulatorConfig {
  /** Address to listen on; `127.0.0.1` unless told. */
  readonly host?: string;
  /** MQTT over TLS. 0, the default, takes any free port. */
  readonly port?: number;
  /** MQTT over WebSocket over TLS. 0, the default, takes any free port; `false` leaves the listener out. */
  readonly webSocketPort?: number | false;
  /** Service API over plain HTTP on loopback. Left out unless a port, or 0, is given. */
  readonly apiPort?: number | false;
  /** A scenario, or the name of one from the library. */
  readonly scenario?: Scenario | string;
  /** Of ids and faults. The same seed and the same requests give the same transcript. Random unless given. */
  readonly seed?: number;
  /** How many polls a device sends until it hears `assigned`: 1 unless told; with 0 the register request itself is answered 200. */
  readonly pollsBeforeAssigned?: number;
  /** Seconds, in the answers that ask to wait: 3 unless told, as the service says. */
  readonly retryAfterSeconds?: number;
  /** `deferred`, the default: bad credentials are refused at the register request, as the service does. `eager`: at CONNECT. */
  readonly authentication?: 'deferred' | 'eager';
  /** Seconds by which a SAS token may have expired. 0 unless told. */
  readonly clockSkewSeconds?: number;
  /** `off` unless told; `service` takes the documented quotas. */
  readonly throttling?: 'off' | 'service' | Throttling;
  /** Decides for the enrollments whose `allocationPolicy` is `custom`. */
  readonly allocate?: AllocationHook;
  /** Milliseconds to each hub, for `geoLatency`; a hub left out is the farthest. */
  readonly geoLatency?: Readonly<Record<string, number>>;
  /** Registrations are kept in this file and survive a restart. */
  readonly stateFile?: string;
  readonly limits?: Partial<Limits>;
  readonly clock?: Clock;
}

export interface Throttling {
  readonly registrationsPerMinute: number;
  /** Per device. */
  readonly pollsPerTenSeconds: number;
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

export interface AllocationRequest {
  readonly registrationId: string;
  /** The custom payload of the register request. */
  readonly payload: unknown;
  readonly enrollment: IndividualEnrollment | EnrollmentGroup;
  readonly iotHubs: readonly string[];
  /** The hub this device has now. */
  readonly assignedHub: string | undefined;
}

export interface Allocation {
  readonly iotHubHostName: string;
  /** Handed to the device. */
  readonly payload?: unknown;
}

/** Throwing, or returning nothing, ends the registration with status `failed`. */
export type AllocationHook = (request: AllocationRequest) => Allocation | undefined | Promise<Allocation | undefined>;
