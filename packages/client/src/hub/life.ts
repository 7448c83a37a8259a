import { isClassicProfile } from '../azure/hub-identity.ts';
import type { ClientState } from '../mqtt/client-options.ts';
import type { MqttError } from '../mqtt/error.ts';
import { Reconnect } from '../mqtt/reconnect.ts';
import { HubError, hubErrorOf } from './error.ts';

// The life of a device: which hub it is at, when it asks the provisioning service, when it renews its token, what it tells.
// - The client has the ladder of the hub: its delays, its fresh credentials. This machine hears its states and counts.
// - CONNACK 2, 4, 5, or a certificate that was rejected, twice: the service is asked, once until a link has stood. 10 failures in a
//   row or 15 minutes: likewise. What says nothing of the hub (DNS, the server's certificate, proxies) does not count.
// - A state is told once. A planned reconnect tells none: it is no outage.

/** A link that has stood so long begins everything anew. */
const STAND_MS = 30_000;
/** One that ends sooner was taken over, when it happens again and again. */
const QUICK_MS = 10_000;
const MOST_QUICK = 3;
/** Between two looks whether a method is done. */
const BUSY_MS = 1000;
const MOST_FAILURES = 10;
const MOST_MS = 900_000;

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

export class DeviceLife {
  readonly #options: LifeOptions;
  #ladder!: Reconnect;
  #actions: LifeAction[] = [];
  #state: DeviceState | undefined;
  #entry: HubEntry | undefined;
  #wasOnline = false;
  #onlineAt: number | undefined;
  /** In a row, of those that say something of the hub; and since when. */
  #failures = 0;
  #failingSince = 0;
  #refusals = 0;
  /** Links in a row that ended within seconds. */
  #quick = 0;
  /** Refused twice, and the service was asked. */
  #asked = false;
  #provisioning = false;
  #renewing = false;
  #renewAt = Infinity;
  /** It waits no longer for methods that are running. */
  #renewBy = Infinity;
  #provisionAt = Infinity;
  /** The service has asked to be left alone until then. */
  #notBefore = 0;
  #timerAt = Infinity;

  constructor(options: LifeOptions) {
    this.#options = options;
    this.#begin();
  }

  get state(): DeviceState | undefined {
    return this.#state;
  }

  /** With the hub that is known, if there is one. */
  start(entry: HubEntry | undefined): readonly LifeAction[] {
    if (entry && this.#fits(entry)) this.#connect(entry);
    else if (!entry) this.#provision();
    return this.#take();
  }

  provisioned(entry: HubEntry): readonly LifeAction[] {
    if (!this.#provisioning) return [];
    this.#provisioning = false;
    if (this.#fits(entry)) {
      this.#actions.push({ type: 'save', entry });
      this.#connect(entry);
    }
    return this.#take();
  }

  unprovisioned(cause: unknown, now: number): readonly LifeAction[] {
    if (!this.#provisioning) return [];
    this.#provisioning = false;
    const error = hubErrorOf(cause);
    const { code, retryable, retryAfter = 0 } = Object(error) as HubError;
    // An enrollment may be enabled, or its allocation mended, while the device waits.
    const mayPass = retryable || code === 'registration-failed' || code === 'registration-disabled';
    if (!(error instanceof HubError) || code === 'invalid-options' || !(mayPass || this.#wasOnline || this.#entry)) {
      this.#stop(error);
      return this.#take();
    }
    const delayMs = this.#ladder.delay(retryAfter * 1000) ?? 0;
    if (this.#entry) {
      // The hub that it had may be well again: both are tried in turn.
      this.#notBefore = now + delayMs;
      this.#connect(this.#entry);
    } else {
      this.#provisionAt = now + delayMs;
      this.#tell({ type: 'waiting', delayMs, cause: error });
    }
    return this.#take();
  }

  /** The client has told this. */
  client(state: ClientState, now: number): readonly LifeAction[] {
    if (this.#ended) return [];
    if (state.type === 'closed') this.#end(state);
    else if (state.type === 'stopped') this.#stop(hubErrorOf(state.error));
    else if (state.type === 'waiting') this.#onWaiting(state.cause, state.delayMs, now);
    else if (state.type === 'online') {
      this.#wasOnline = true;
      this.#onlineAt = now;
      const { assignedHub: hostName, deviceId } = this.#entry!;
      if (!this.#renewing) this.#tell({ ...state, hostName, deviceId });
      this.#renewing = false;
    } else if (!this.#renewing && !this.#provisioning)
      this.#tell({ type: 'connecting', hostName: this.#entry!.assignedHub });
    return this.#take();
  }

  /** A token was made that is good for so many milliseconds: it is renewed at 70 to 80 % of them, so that a fleet does not renew at once. */
  token(lifeMs: number, now: number): readonly LifeAction[] {
    if (this.#ended) return [];
    this.#renewAt = now + lifeMs * (0.8 - 0.1 * this.#options.random());
    this.#renewBy = now + lifeMs * 0.95;
    return this.#take();
  }

  /** Asks the service now, whatever there is. */
  reprovision(): readonly LifeAction[] {
    if (this.#options.provisions && !this.#provisioning && !this.#ended) this.#provision();
    return this.#take();
  }

  /** Time has passed. A call too many does no harm. `busy`: a reconnect would cost the answer of a method. */
  wake(now: number, busy: boolean = false): readonly LifeAction[] {
    this.#timerAt = Infinity;
    if (now >= this.#provisionAt) this.#provision();
    if (now >= this.#renewAt && busy && now < this.#renewBy) this.#renewAt = now + BUSY_MS;
    if (now >= this.#renewAt) {
      this.#renewAt = Infinity;
      // Whoever is not online makes a new token with the next dial.
      if (this.#onlineAt !== undefined) {
        this.#renewing = true;
        this.#actions.push({ type: 'renew' });
      }
    }
    return this.#take();
  }

  #onWaiting(error: MqttError, delayMs: number, now: number): void {
    // What we have asked for ourselves.
    if (error.reason === 'planned' || this.#provisioning) {
      this.#onlineAt = undefined;
      return;
    }
    this.#renewing = false;
    const { code, returnCode, stage } = error;
    if (this.#onlineAt !== undefined) {
      const stood = now - this.#onlineAt;
      if (stood >= STAND_MS) this.#begin();
      else if (stood < QUICK_MS && code === 'connection-lost') this.#quick++;
      this.#onlineAt = undefined;
    } else if (!['proxy-failed', 'tls-failed', 'websocket-failed'].includes(code) && stage !== 'dns') {
      if (this.#failures++ === 0) this.#failingSince = now;
    }
    const refused = (code === 'connection-refused' && returnCode !== 3) || code === 'client-certificate-rejected';
    this.#refusals = refused ? this.#refusals + 1 : 0;
    const lost = this.#failures >= MOST_FAILURES || (this.#failures > 0 && now - this.#failingSince >= MOST_MS);
    const foreign = this.#refusals > 1 && !this.#asked;
    if (this.#options.provisions && (foreign || lost) && now >= this.#notBefore) {
      this.#asked = true;
      this.#provision();
      return;
    }
    const cause = hubErrorOf(error) as HubError;
    const taken = this.#quick >= MOST_QUICK && code === 'connection-lost';
    this.#tell({
      type: 'waiting',
      delayMs,
      cause: taken ? new HubError('taken-over', 'online', { cause, retryable: true }) : cause,
    });
  }

  /** Everything counts anew. */
  #begin(): void {
    this.#failures = 0;
    this.#refusals = 0;
    this.#quick = 0;
    this.#asked = false;
    this.#ladder = new Reconnect({ ...this.#options, attempts: Infinity, silenceMs: Infinity });
  }

  #fits({ connectionProfile }: HubEntry): boolean {
    const fits = isClassicProfile(connectionProfile);
    if (!fits) this.#stop(new HubError('unsupported-profile', 'provision', { reason: String(connectionProfile) }));
    return fits;
  }

  #provision(): void {
    this.#provisionAt = Infinity;
    this.#provisioning = true;
    this.#renewing = false;
    // Whatever comes of it, the next ten failures are to come before it is asked again.
    this.#failures = 0;
    this.#tell({ type: 'provisioning' });
    this.#actions.push({ type: 'provision' });
  }

  #connect(entry: HubEntry): void {
    const before = this.#entry;
    const moved = before?.assignedHub !== entry.assignedHub || before.deviceId !== entry.deviceId;
    if (moved) this.#refusals = 0;
    this.#entry = entry;
    this.#actions.push({ type: 'connect', entry, moved });
  }

  #stop(error: unknown): void {
    if (this.#ended) return;
    this.#end({ type: 'stopped', error });
    this.#actions.push({ type: 'stop', error });
  }

  get #ended(): boolean {
    return this.#state?.type === 'stopped' || this.#state?.type === 'closed';
  }

  #end(state: DeviceState): void {
    this.#provisionAt = Infinity;
    this.#renewAt = Infinity;
    this.#provisioning = false;
    this.#tell(state);
  }

  #tell(state: DeviceState): void {
    const { type, hostName } = (this.#state ?? {}) as { type?: string; hostName?: string };
    const told = type === state.type && type !== 'waiting' && hostName === (state as { hostName?: string }).hostName;
    this.#state = state;
    if (!told) this.#actions.push({ type: 'state', state });
  }

  #take(): readonly LifeAction[] {
    const until = Math.min(this.#renewAt, this.#provisionAt);
    if (until < this.#timerAt) {
      this.#timerAt = until;
      this.#actions.push({ type: 'wait', until });
    }
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }
}
