import { type Abortable, onAbort } from '../abort.ts';
import type { CloseOptions } from '../connect/connect-options.ts';
import type { RunningClient } from '../connect/run-client.ts';
import { MAX_TIMER_MS, now } from '../driver.ts';
import { HubError, refuseHub } from '../hub/error.ts';
import { makeLife } from '../hub/life.ts';
import type { DeviceState, HubEntry, LifeAction } from '../hub/life-options.ts';
import type { ClientState } from '../mqtt/client-options.ts';
import { deferred, observe } from '../values.ts';
import type { DevicePlan } from './device-plan.ts';
import type { TelemetryBatch } from './hub-batch.ts';
import { type HubNames, hubClientFor } from './hub-client.ts';
import { refusalOf } from './refusal.ts';
import { type MethodHandlers, type RunningExchange, runExchange } from './run-exchange.ts';
import { makeTimer } from './timer.ts';

/** A loop over cloud-to-device messages, as the link sees it. */
export interface MessageLoop {
  /** The next connection uses another device id. */
  renamed(): void;
  /** The connection is lost. The hub sends again what was not acknowledged. */
  offline(): void;
  /** No message will come any more. `error` is undefined after a normal close. */
  end(error?: unknown): void;
}

/** Connects the machines of a device with its MQTT client: the life chooses the hub, the client dials it, the exchange uses it. */
export interface HubLink {
  readonly exchange: RunningExchange;
  /** The message loops that have not ended. */
  readonly loops: Set<MessageLoop>;
  /** The batches that hold values. */
  readonly batches: Set<TelemetryBatch>;
  state(): DeviceState;
  /** Host name and ids; empty texts while no hub is known. */
  names(): HubNames;
  /** Number of telemetry messages that were dropped because the queue was full. */
  dropped(): number;
  /** The MQTT client. Throws the error that has ended the device, or `closed`. */
  client(): RunningClient;
  /** Resolves when the device is online for the first time. When it rejects, no socket and no timer is left. */
  open(signal: AbortSignal | undefined, timeoutMs?: number): Promise<void>;
  reprovision(): void;
  close(options: CloseOptions): Promise<void>;
  /** Calls `check`. An error that it throws gets its sentence and hint first. */
  checked<Result>(check: () => Result): Result;
  /**
   * Awaits a promise of the client. Its rejection becomes a HubError with sentence and hint, unless it is the reason of the signal of
   * `call`.
   */
  hubResult<Result>(promise: Promise<Result>, call: Abortable): Promise<Result>;
  /** Gives a HubError its sentence and hint, unless it is the reason of the signal of `call`. */
  explained<Failure>(error: Failure, call?: Abortable): Failure;
}

/** Makes the link. Nothing is dialled until `open`. */
export function makeHubLink(plan: DevicePlan, methods: MethodHandlers): HubLink {
  const {
    provision,
    moduleId,
    link: { onState, retry: { baseMs = 1000, capMs = 60_000 } = {} },
  } = plan;
  const makeClient = hubClientFor(plan);
  const life = makeLife({ provisions: provision !== undefined, random: Math.random, baseMs, capMs });
  const timer = makeTimer(() => perform(life.wake(now(), exchange.machine.busy)));
  const loops = new Set<MessageLoop>();
  const batches = new Set<TelemetryBatch>();
  const provisioning = new AbortController();
  const opened = deferred<void>();
  let running: RunningClient | undefined;
  let entry: HubEntry | undefined;
  /** The next connection goes to another hub or uses another device id. */
  let moved = false;
  /** The device id of the last dial. */
  let dialledAs: string | undefined;
  let online = false;
  let refusals = 0;
  let saved: Promise<unknown> | undefined;
  let closed: Promise<void> | undefined;
  let endError: unknown;
  /** The cause of the last state `waiting`. */
  let lastCause: HubError | undefined;

  const names = (): HubNames => ({ hostName: entry?.assignedHub ?? '', deviceId: entry?.deviceId ?? '', moduleId });

  function perform(actions: readonly LifeAction[]): void {
    for (const action of actions) {
      if (action.type === 'state') onLifeState(action.state);
      else if (action.type === 'provision') {
        running?.client.reconnect(true);
        provision!(provisioning.signal).then(
          (found) => perform(life.provisioned(found)),
          (error: unknown) => perform(life.unprovisioned(error, now())),
        );
      } else if (action.type === 'save') saved = plan.save?.(action.entry);
      else if (action.type === 'renew') running?.client.reconnect();
      else if (action.type === 'connect') {
        entry = action.entry;
        moved ||= action.moved;
        if (running) running.client.reconnect(false, action.moved);
        else
          running = makeClient(() => entry!, {
            state: onClient,
            dialling,
            token: (ms) => perform(life.token(ms, now())),
          });
      } else if (action.type === 'stop') stop(action.error);
      else timer(action.until);
    }
  }

  async function dialling(): Promise<number> {
    const { deviceId } = names();
    if (dialledAs !== deviceId) for (const loop of loops) loop.renamed();
    dialledAs = deviceId;
    await saved;
    return refusals;
  }

  function onClient(state: ClientState): void {
    if (online && state.type !== 'online') {
      online = false;
      exchange.run(exchange.machine.offline());
      for (const loop of loops) loop.offline();
    }
    perform(life.client(state, now()));
    if (state.type === 'online') {
      online = true;
      exchange.run(exchange.machine.online(moved || !state.sessionPresent, moved, now()));
      moved = false;
    }
  }

  function onLifeState(state: DeviceState): void {
    if (state.type === 'online') opened.resolve();
    else if (state.type === 'waiting') {
      lastCause = explained(state.cause);
      if (lastCause.code === 'connection-refused') refusals++;
    } else if (state.type === 'stopped') explained(state.error);
    observe(() => onState?.(state));
  }

  /** Ends the device with an error. The client is closed first, so that nothing is left when the caller hears of it. */
  function stop(error: unknown): void {
    endError ??= error;
    endReaders(error);
    void link.close({ drainMs: 0 });
  }

  function endReaders(error?: unknown): void {
    exchange.close(error);
    for (const loop of loops) loop.end(error);
  }

  async function end(options: CloseOptions): Promise<void> {
    // Their values are sent, or reject with what has ended the device.
    for (const batch of batches) batch.flush().catch(() => {});
    provisioning.abort();
    // `onState` may have aborted while the client of the first hub was being made. It is there in the next microtask, and must be closed.
    await undefined;
    running?.client.close(options.drainMs ?? 5000);
    if (running) await running.ended();
    else perform(life.client({ type: 'closed' }, now()));
    endReaders();
    timer(Infinity);
    opened.reject(endError ?? new HubError('closed', 'connect'));
  }

  const explained: HubLink['explained'] = (error, call) => {
    if (error instanceof HubError) plan.words?.(error, names().hostName, call);
    return error;
  };
  const exchange = runExchange({ names, client: () => running, explained }, methods);
  const link: HubLink = {
    exchange,
    loops,
    batches,
    names,
    state: () => life.state ?? { type: 'connecting', hostName: names().hostName },
    dropped: () => running?.client.dropped() ?? 0,

    client() {
      const state = link.state();
      if (state.type === 'stopped') throw state.error;
      if (!running || closed || state.type === 'closed') throw new HubError('closed', 'publish');
      return running;
    },

    async open(signal, timeoutMs = Infinity) {
      const give = (error: unknown): void => perform([{ type: 'stop', error }]);
      const late = (): void => {
        const state = link.state();
        const silent = new HubError('timed-out', 'connect', { retryable: true, cause: lastCause });
        give(state.type === 'waiting' ? state.cause : silent);
      };
      const ignoreSignal = onAbort(signal, give, refuseHub);
      const deadline = timeoutMs > MAX_TIMER_MS ? undefined : setTimeout(late, timeoutMs);
      try {
        Promise.resolve(plan.entry)
          .then((known) => closed || perform(life.start(known)))
          .catch(give);
        await opened.promise;
      } finally {
        clearTimeout(deadline);
        ignoreSignal();
      }
    },

    reprovision: () => perform(life.reprovision()),

    close(options) {
      closed ??= end(options);
      return closed;
    },

    checked(check) {
      try {
        return check();
      } catch (error) {
        throw explained(error);
      }
    },

    hubResult: (promise, call) =>
      promise.catch((cause: unknown) => {
        throw refusalOf(cause, call, explained);
      }),

    explained,
  };
  return link;
}
