import { isClassicProfile } from '../azure/hub-identity.ts';
import { Actions } from '../mqtt/actions.ts';
import type { MqttError } from '../mqtt/error.ts';
import { Reconnect } from '../mqtt/reconnect.ts';
import { HubError, hubErrorOf } from './error.ts';
import type { DeviceLife, DeviceState, HubEntry, LifeAction, LifeOptions } from './life-options.ts';

// The machine that decides over a device's life: which hub it uses, when it asks the provisioning service, when it renews its token,
// and which states its owner is told.
// - The MQTT client does the retries at one hub: delays, fresh credentials. This machine gets the client's states and counts them.
// - Refused twice in a row (CONNACK 2, 4 or 5, or our certificate rejected): the service is asked for a hub. This is done once; a
//   connection that lasts STAND_MS allows it again.
// - 10 failures in a row, or 15 minutes of them: the service is asked, too. Failures that say nothing about the hub (DNS, the
//   server's certificate, proxies) are not counted.
// - Each state is told once. A planned reconnect is not an outage and tells nothing.

/** Milliseconds. A connection that lasted this long sets all counts back to zero. */
const STAND_MS = 30_000;
/** Milliseconds. A connection that was lost sooner counts as quick. */
const QUICK_MS = 10_000;
/** Quick connections in a row that mean `taken-over`. Two may be chance; two devices with one id end each other's connections at once. */
const MOST_QUICK = 3;
/** Milliseconds by which a renewal is put off while a method handler runs. */
const BUSY_MS = 1000;
/**
 * Failures in a row, or milliseconds since the first of them, after which the hub counts as gone: the numbers of Microsoft's pages
 * concepts-manage-device-reconnections and concepts-deploy-at-scale.
 */
const MOST_FAILURES = 10;
const MOST_MS = 900_000;

/** Makes the machine. It does nothing until `start`. */
export function makeLife(options: LifeOptions): DeviceLife {
  let backOff: Reconnect;
  const actions = new Actions<LifeAction>();
  let entry: HubEntry | undefined;
  let wasOnline = false;
  let ended = false;
  let onlineAt: number | undefined;
  /** Failures in a row that say something about the hub, and the time of the first. */
  let failures: number;
  let failingSince = 0;
  let refusals: number;
  /** Connections in a row that were lost within QUICK_MS. */
  let quick: number;
  /** The service was asked because of refusals, and no connection has lasted since. */
  let asked: boolean;
  let provisioning = false;
  let renewing = false;
  let renewAt = Infinity;
  /** From this time on a renewal waits for no method handler any more. */
  let renewBy = Infinity;
  let provisionAt = Infinity;
  /** The service is not asked before this time: its `retry-after`, or our back-off. */
  let notBefore = 0;
  resetCounts();

  /** Sets all counts back to zero. */
  function resetCounts(): void {
    failures = refusals = quick = 0;
    asked = false;
    backOff = new Reconnect({ ...options, attempts: Infinity, silenceMs: Infinity });
  }

  /** Runs one event, unless the life has ended, and returns the actions that it causes. */
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
    // Whatever the service answers, it is asked again only after ten more failures.
    failures = 0;
    tell({ type: 'provisioning' });
    actions.push({ type: 'provision' });
  }

  /** Lets the client dial the hub of this entry. `isNew`: the service has just assigned it, so it is saved. */
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
    // Somebody may enable the enrollment, or repair its allocation, while the device waits.
    const mayPass = retryable || /^registration-/.test(code);
    if (!(error instanceof HubError) || code === 'invalid-options' || !(mayPass || wasOnline || entry)) {
      stop(error);
      return;
    }
    const delayMs = backOff.delay(retryAfter * 1000) ?? 0;
    if (entry) {
      // The known hub may work again, so hub and service are tried in turn.
      notBefore = now + delayMs;
      connect(entry, false);
    } else {
      provisionAt = now + delayMs;
      tell({ type: 'waiting', delayMs, cause: error });
    }
  }

  function onWaiting(error: MqttError, delayMs: number, now: number): void {
    // The connection was closed by us: for a new token, or for the time of a provisioning.
    if (error.reason === 'planned' || provisioning) {
      onlineAt = undefined;
      return;
    }
    renewing = false;
    const { code, returnCode, stage } = error;
    if (onlineAt !== undefined) {
      const lasted = now - onlineAt;
      if (lasted >= STAND_MS) resetCounts();
      else if (lasted < QUICK_MS && code === 'connection-lost') quick++;
      onlineAt = undefined;
    } else if (!/^(proxy|tls|websocket)-/.test(code) && stage !== 'dns') {
      if (failures++ === 0) failingSince = now;
    }
    const refused = (code === 'connection-refused' && returnCode !== 3) || code === 'client-certificate-rejected';
    refusals = refused ? refusals + 1 : 0;
    const keepsFailing = failures >= MOST_FAILURES || (failures > 0 && now - failingSince >= MOST_MS);
    const isRefused = refusals > 1 && !asked;
    if (options.provisions && (isRefused || keepsFailing) && now >= notBefore) {
      asked = true;
      provision();
      return;
    }
    const cause = hubErrorOf(error) as HubError;
    const isTakenOver = quick >= MOST_QUICK && code === 'connection-lost';
    tell({
      type: 'waiting',
      delayMs,
      cause: isTakenOver ? new HubError('taken-over', 'online', { cause, retryable: true }) : cause,
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
        // Offline there is nothing to renew: every dial makes a new token.
        if (onlineAt === undefined) return;
        renewing = true;
        actions.push({ type: 'renew' });
      });
    },
  };
  return life;
}
