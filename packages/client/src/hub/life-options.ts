import type { ClientState } from '../mqtt/client-options.ts';
import type { HubError } from './error.ts';

/** The hub of a device, and the device's name there. */
export interface HubEntry {
  /** Host name of the hub. */
  readonly assignedHub: string;
  /** The device's name at the hub. It may differ from the registration id. */
  readonly deviceId: string;
  /** Which protocol the hub speaks. Absent, null and `classic` mean MQTT 3.1.1. */
  readonly connectionProfile?: string | null | undefined;
  /** End of the certificate with which the device registered, or which it was issued: ISO 8601. Undefined with a key. */
  readonly certificateNotAfter?: string | undefined;
}

/** What a device at its hub is doing. `closed` and `stopped` are the last state. */
export type DeviceState =
  /** The provisioning service is being asked for a hub. */
  | { readonly type: 'provisioning' }
  | { readonly type: 'connecting'; readonly hostName: string }
  | { readonly type: 'online'; readonly hostName: string; readonly deviceId: string; readonly sessionPresent: boolean }
  /** Offline. The next attempt follows in `delayMs` milliseconds. */
  | { readonly type: 'waiting'; readonly delayMs: number; readonly cause: HubError }
  | { readonly type: 'closed' }
  /** Stopped for good. `error` is a HubError, or the reason of the signal. */
  | { readonly type: 'stopped'; readonly error: unknown };

/** What a DeviceLife asks its driver to do, in this order. */
export type LifeAction =
  /** Ask the provisioning service, then call `provisioned` or `unprovisioned`. Until then the client does not dial. */
  | { readonly type: 'provision' }
  /** Save this entry for the next start of the program. */
  | { readonly type: 'save'; readonly entry: HubEntry }
  /** Let the client dial this hub now. `moved`: the hub or the device id differs from the last one. */
  | { readonly type: 'connect'; readonly entry: HubEntry; readonly moved: boolean }
  /** Reconnect with a new token. */
  | { readonly type: 'renew' }
  /** Call `wake` at this time. Replaces the time of an earlier `wait`. */
  | { readonly type: 'wait'; readonly until: number }
  | { readonly type: 'state'; readonly state: DeviceState }
  /** The last action: end the client with this error. */
  | { readonly type: 'stop'; readonly error: unknown };

/** What a DeviceLife is made with. */
export interface LifeOptions {
  /** True when there is a provisioning service to ask. */
  readonly provisions: boolean;
  /** Returns numbers from 0 to less than 1, like Math.random. */
  readonly random: () => number;
  /** Milliseconds of the first back-off between two requests to the provisioning service. */
  readonly baseMs: number;
  /** Milliseconds of the longest back-off. */
  readonly capMs: number;
}

/** A plain object, made with or without `new`. */
export interface DeviceLife {
  /** The state that was told last. */
  readonly state: DeviceState | undefined;
  /** Begins with the known hub or, without one, with the provisioning service. */
  start(entry: HubEntry | undefined): readonly LifeAction[];
  /** The provisioning service has assigned this hub. */
  provisioned(entry: HubEntry): readonly LifeAction[];
  /** The provisioning has failed with this error. */
  unprovisioned(cause: unknown, now: number): readonly LifeAction[];
  /** The MQTT client has told this state. */
  client(state: ClientState, now: number): readonly LifeAction[];
  /**
   * A token was made that is valid for `lifeMs`. It is renewed at a random point from 70 to 80 % of that, so that a fleet does not renew at
   * once.
   */
  token(lifeMs: number, now: number): readonly LifeAction[];
  /** Asks the provisioning service now, whatever the state is. */
  reprovision(): readonly LifeAction[];
  /** Time has passed. A call too many does no harm. `busy`: a method handler runs, and a reconnect now would lose its answer. */
  wake(now: number, busy?: boolean): readonly LifeAction[];
}
