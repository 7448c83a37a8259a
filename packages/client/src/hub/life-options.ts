import type { ClientState } from '../mqtt/client-options.ts';
import type { HubError } from './error.ts';

/** Where a device is at home. */
export interface HubEntry {
  readonly assignedHub: string;
  readonly deviceId: string;
  readonly connectionProfile?: string | null | undefined;
}

export type DeviceState =
  /** Asking the provisioning service for a hub. */
  | { readonly type: 'provisioning' }
  | { readonly type: 'connecting'; readonly hostName: string }
  | { readonly type: 'online'; readonly hostName: string; readonly deviceId: string; readonly sessionPresent: boolean }
  /** Offline; the next attempt follows in `delayMs`. */
  | { readonly type: 'waiting'; readonly delayMs: number; readonly cause: HubError }
  | { readonly type: 'closed' }
  /** It does not come back by itself. `error` is a HubError, or the reason of the signal. */
  | { readonly type: 'stopped'; readonly error: unknown };

export type LifeAction =
  /** Ask the provisioning service, then call `provisioned` or `unprovisioned`. The client holds still. */
  | { readonly type: 'provision' }
  /** Keep this for the next start. */
  | { readonly type: 'save'; readonly entry: HubEntry }
  /** Let the client dial this hub now. `moved`: it is another one, or another device id. */
  | { readonly type: 'connect'; readonly entry: HubEntry; readonly moved: boolean }
  /** A planned reconnect with a new token. */
  | { readonly type: 'renew' }
  /** Call `wake` at this time; it replaces what was asked before. */
  | { readonly type: 'wait'; readonly until: number }
  | { readonly type: 'state'; readonly state: DeviceState }
  /** The last action: end the client with this. */
  | { readonly type: 'stop'; readonly error: unknown };

export interface LifeOptions {
  /** Whether there is a provisioning service to ask. */
  readonly provisions: boolean;
  readonly random: () => number;
  /** Of the ladder of the provisioning service. */
  readonly baseMs: number;
  readonly capMs: number;
}

/** A plain object, made with or without `new`. */
export interface DeviceLife {
  /** The last that was told. */
  readonly state: DeviceState | undefined;
  /** With the hub that is known, if there is one. */
  start(entry: HubEntry | undefined): readonly LifeAction[];
  provisioned(entry: HubEntry): readonly LifeAction[];
  unprovisioned(cause: unknown, now: number): readonly LifeAction[];
  /** The client has told this. */
  client(state: ClientState, now: number): readonly LifeAction[];
  /** A token was made that is good for so many milliseconds: it is renewed at 70 to 80 % of them, so that a fleet does not renew at once. */
  token(lifeMs: number, now: number): readonly LifeAction[];
  /** Asks the service now, whatever there is. */
  reprovision(): readonly LifeAction[];
  /** Time has passed. A call too many does no harm. `busy`: a reconnect would cost the answer of a method. */
  wake(now: number, busy?: boolean): readonly LifeAction[];
}
