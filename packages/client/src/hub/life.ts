import { isClassicProfile } from '../azure/hub-identity.ts';
import { Actions } from '../mqtt/actions.ts';
import type { MqttError } from '../mqtt/error.ts';
import { Reconnect } from '../mqtt/reconnect.ts';
import { HubError, hubErrorOf } from './error.ts';
import type { DeviceLife, DeviceState, HubEntry, LifeAction, LifeOptions } from './life-options.ts';

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

export function makeLife(options: LifeOptions): DeviceLife {
  let ladder: Reconnect;
  const actions = new Actions<LifeAction>();
  let entry: HubEntry | undefined;
  let wasOnline = false;
  let ended = false;
  let onlineAt: number | undefined;
  /** In a row, of those that say something of the hub; and since when. */
  let failures: number;
  let failingSince = 0;
  let refusals: number;
  /** Links in a row that ended within seconds. */
  let quick: number;
  /** Refused twice, and the service was asked. */
  let asked: boolean;
  let provisioning = false;
  let renewing = false;
  let renewAt = Infinity;
  /** It waits no longer for methods that are running. */
  let renewBy = Infinity;
  let provisionAt = Infinity;
  /** The service has asked to be left alone until then. */
  let notBefore = 0;
  begin();

  /** Everything counts anew. */
  function begin(): void {
    failures = refusals = quick = 0;
    asked = false;
    ladder = new Reconnect({ ...options, attempts: Infinity, silenceMs: Infinity });
  }

  /** Does something, unless it has ended, and gives out what follows from it. */
  function turn(happen: () => void): readonly LifeAction[] {
    if (!ended) happen();
    return actions.take(Math.min(renewAt, provisionAt));
  }

  function tell(state: DeviceState): void {
    const { type, hostName } = (life.state ?? {}) as { type?: string; hostName?: string };
    const told = type === state.type && type !== 'waiting' && hostName === (state as { hostName?: string }).hostName;
    life.state = state;
    if (!told) actions.push({ type: 'state', state });
  }

  function end(state: DeviceState): void {
    ended = true;
    provisioning = false;
    provisionAt = renewAt = Infinity;
    tell(state);
  }

  function stop(error: unknown): void {
    end({ type: 'stopped', error });
    actions.push({ type: 'stop', error });
  }

  function provision(): void {
    provisionAt = Infinity;
    provisioning = true;
    renewing = false;
    // Whatever comes of it, the next ten failures are to come before it is asked again.
    failures = 0;
    tell({ type: 'provisioning' });
    actions.push({ type: 'provision' });
  }

  /** To the hub of this entry, which `isNew` if the service has just said so. */
  function connect(wanted: HubEntry, isNew: boolean): void {
    const { connectionProfile } = wanted;
    if (!isClassicProfile(connectionProfile)) {
      stop(new HubError('unsupported-profile', 'provision', { reason: String(connectionProfile) }));
      return;
    }
    const moved = entry?.assignedHub !== wanted.assignedHub || entry.deviceId !== wanted.deviceId;
    if (moved) refusals = 0;
    entry = wanted;
    if (isNew) actions.push({ type: 'save', entry });
    actions.push({ type: 'connect', entry, moved });
  }

  function onUnprovisioned(cause: unknown, now: number): void {
    const error = hubErrorOf(cause);
    const { code, retryable, retryAfter = 0 } = Object(error) as HubError;
    // An enrollment may be enabled, or its allocation mended, while the device waits.
    const mayPass = retryable || code === 'registration-failed' || code === 'registration-disabled';
    if (!(error instanceof HubError) || code === 'invalid-options' || !(mayPass || wasOnline || entry)) {
      stop(error);
      return;
    }
    const delayMs = ladder.delay(retryAfter * 1000) ?? 0;
    if (entry) {
      // The hub that it had may be well again: both are tried in turn.
      notBefore = now + delayMs;
      connect(entry, false);
    } else {
      provisionAt = now + delayMs;
      tell({ type: 'waiting', delayMs, cause: error });
    }
  }

  function onWaiting(error: MqttError, delayMs: number, now: number): void {
    // What we have asked for ourselves.
    if (error.reason === 'planned' || provisioning) {
      onlineAt = undefined;
      return;
    }
    renewing = false;
    const { code, returnCode, stage } = error;
    if (onlineAt !== undefined) {
      const stood = now - onlineAt;
      if (stood >= STAND_MS) begin();
      else if (stood < QUICK_MS && code === 'connection-lost') quick++;
      onlineAt = undefined;
    } else if (!['proxy-failed', 'tls-failed', 'websocket-failed'].includes(code) && stage !== 'dns') {
      if (failures++ === 0) failingSince = now;
    }
    const refused = (code === 'connection-refused' && returnCode !== 3) || code === 'client-certificate-rejected';
    refusals = refused ? refusals + 1 : 0;
    const lost = failures >= MOST_FAILURES || (failures > 0 && now - failingSince >= MOST_MS);
    const foreign = refusals > 1 && !asked;
    if (options.provisions && (foreign || lost) && now >= notBefore) {
      asked = true;
      provision();
      return;
    }
    const cause = hubErrorOf(error) as HubError;
    const taken = quick >= MOST_QUICK && code === 'connection-lost';
    tell({
      type: 'waiting',
      delayMs,
      cause: taken ? new HubError('taken-over', 'online', { cause, retryable: true }) : cause,
    });
  }

  const life: { -readonly [Member in keyof DeviceLife]: DeviceLife[Member] } = {
    state: undefined,

    start: (known) =>
      turn(() => {
        if (known) connect(known, false);
        else provision();
      }),

    provisioned: (found) =>
      turn(() => {
        if (!provisioning) return;
        provisioning = false;
        connect(found, true);
      }),

    unprovisioned: (cause, now) =>
      turn(() => {
        if (!provisioning) return;
        provisioning = false;
        onUnprovisioned(cause, now);
      }),

    client: (state, now) =>
      turn(() => {
        if (state.type === 'closed') end(state);
        else if (state.type === 'stopped') stop(hubErrorOf(state.error));
        else if (state.type === 'waiting') onWaiting(state.cause, state.delayMs, now);
        else if (state.type === 'online') {
          wasOnline = true;
          onlineAt = now;
          const { assignedHub: hostName, deviceId } = entry!;
          if (!renewing) tell({ ...state, hostName, deviceId });
          renewing = false;
        } else if (!renewing && !provisioning) tell({ type: 'connecting', hostName: entry!.assignedHub });
      }),

    token: (lifeMs, now) =>
      turn(() => {
        renewAt = now + lifeMs * (0.8 - 0.1 * options.random());
        renewBy = now + lifeMs * 0.95;
      }),

    reprovision: () =>
      turn(() => {
        if (options.provisions && !provisioning) provision();
      }),

    wake(now, busy = false) {
      actions.woken();
      return turn(() => {
        if (now >= provisionAt) provision();
        if (now < renewAt) return;
        if (busy && now < renewBy) {
          renewAt = now + BUSY_MS;
          return;
        }
        renewAt = Infinity;
        // Whoever is not online makes a new token with the next dial.
        if (onlineAt === undefined) return;
        renewing = true;
        actions.push({ type: 'renew' });
      });
    },
  };
  return life;
}
