import { onAbort } from '../abort.ts';
import { HUB_FILTERS, type HubFilter } from '../azure/hub-topics.ts';
import type { CloseOptions } from '../connect/connect-options.ts';
import type { MqttClient } from '../connect/mqtt-client.ts';
import { now } from '../driver.ts';
import { HubError, hubErrorOf, refuseHub } from '../hub/error.ts';
import { type HubAction, type HubExchange, makeExchange } from '../hub/exchange.ts';
import { makeLife } from '../hub/life.ts';
import type { DeviceState, HubEntry, LifeAction } from '../hub/life-options.ts';
import type { MethodCall } from '../hub/method-calls.ts';
import type { ClientState } from '../mqtt/client-options.ts';
import type { MqttError } from '../mqtt/error.ts';
import { crypto } from '../node.ts';
import type { Rule } from '../option-rules.ts';
import { deferred, observe } from '../values.ts';
import { hubCheck } from './check-hub-options.ts';
import type { DevicePlan } from './device-plan.ts';
import { type HubNames, hubClientFor } from './hub-client.ts';

const MAX_TIMER_MS = 2 ** 31 - 1;

/** The methods of the device. */
export interface Callee {
  call(call: MethodCall): void;
  cancel(requestId: string): void;
}

/** A loop over messages: what it is told by the link. */
export interface MessageLoop {
  /** When it wants to be woken. */
  readonly wakeAt: number;
  wake(now: number): void;
  /** The device has another name from the next connection on. */
  renamed(): void;
  /** The connection is gone, and with it what was not acknowledged. */
  offline(): void;
  /** Nothing more comes: with the reason, unless the device was closed. */
  end(error?: unknown): void;
}

/** A device's way to its hub: the one owner of its machines, its client and its timer. */
export interface HubLink {
  readonly exchange: HubExchange;
  /** Those that have not ended. */
  readonly loops: Set<MessageLoop>;
  state(): DeviceState;
  /** Empty while they are not known. */
  names(): HubNames;
  /** Of telemetry, because the queue was full. */
  dropped(): number;
  /** The client, while it takes something. Throws what has ended it. */
  client(): MqttClient;
  /** Resolves when it is online for the first time. When it rejects, nothing is left of it. */
  open(signal: AbortSignal | undefined, timeoutMs?: number): Promise<void>;
  /** Does what the exchange decides. */
  run(actions: readonly HubAction[]): void;
  /** Resolves when the hub has granted a filter that was subscribed to. */
  granted(filter: HubFilter): Promise<void>;
  reprovision(): void;
  close(options: CloseOptions): Promise<void>;
  /** Throws, in words, what is wrong with options. */
  check(options: object, rules: Readonly<Record<string, Rule>>): void;
  /** Gives what a promise of the client rejects with its name, and its words. */
  told<Result>(promise: Promise<Result>): Promise<Result>;
  spoken<Failure>(error: Failure): Failure;
  /** Sets the timer to whatever comes first. */
  schedule(): void;
}

export function makeHubLink(plan: DevicePlan, methods: Callee): HubLink {
  const {
    provision,
    moduleId,
    link: { onState, retry: { baseMs = 1000, capMs = 60_000 } = {} },
  } = plan;
  const makeClient = hubClientFor(plan);
  const exchange = makeExchange(() => crypto().randomBytes(16).toString('hex'));
  const life = makeLife({ provisions: provision !== undefined, random: Math.random, baseMs, capMs });
  const loops = new Set<MessageLoop>();
  const granted = new Map<HubFilter, Promise<unknown>>();
  const provisioning = new AbortController();
  const opened = deferred<void>();
  let lifeAt = Infinity;
  let exchangeAt = Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let client: MqttClient | undefined;
  let entry: HubEntry | undefined;
  /** Another hub, or another name, than on the last connection. */
  let moved = false;
  /** The name under which it was dialled last. */
  let dialledAs: string | undefined;
  let online = false;
  let refusals = 0;
  let saved: Promise<unknown> | undefined;
  let closed: Promise<void> | undefined;
  let endError: unknown;
  /** Why it waited last. */
  let lastCause: HubError | undefined;

  const names = (): HubNames => ({ hostName: entry?.assignedHub ?? '', deviceId: entry?.deviceId ?? '', moduleId });

  function schedule(): void {
    clearTimeout(timer);
    const next = Math.min(lifeAt, exchangeAt, ...[...loops].map(({ wakeAt }) => wakeAt));
    if (next < Infinity) timer = setTimeout(wake, Math.min(Math.max(next - now(), 0), MAX_TIMER_MS));
  }

  function wake(): void {
    lifeAt = exchangeAt = Infinity;
    live(life.wake(now(), exchange.busy));
    run(exchange.wake(now()));
    for (const loop of loops) loop.wake(now());
    schedule();
  }

  function run(actions: readonly HubAction[]): void {
    for (const action of actions) {
      if (action.type === 'subscribe') subscribe(action.filter);
      // What is lost with the connection is asked again on the next.
      else if (action.type === 'publish') client?.publish(action.topicName, action.text).catch(() => {});
      else if (action.type === 'call') methods.call(action.call);
      else if (action.type === 'cancel') methods.cancel(action.requestId);
      else {
        exchangeAt = action.until;
        schedule();
      }
    }
  }

  function subscribe(filter: HubFilter): void {
    const stream = client!.subscribe(
      HUB_FILTERS[filter](names()),
      ({ topicName, payload }) => run(exchange.receive(topicName, payload, now())),
      { qos: 1, ack: 'auto' },
    );
    granted.set(filter, stream.granted);
    stream.granted.catch((error: MqttError) => {
      if (error.code === 'subscribe-refused') run(exchange.refused(filter, link.spoken(hubErrorOf(error) as HubError)));
    });
  }

  function live(actions: readonly LifeAction[]): void {
    for (const action of actions) {
      if (action.type === 'state') tell(action.state);
      else if (action.type === 'provision') {
        client?.reconnect(true);
        provision!(provisioning.signal).then(
          (found) => live(life.provisioned(found)),
          (error: unknown) => live(life.unprovisioned(error, now())),
        );
      } else if (action.type === 'save') saved = plan.save?.(action.entry);
      else if (action.type === 'renew') client?.reconnect();
      else if (action.type === 'connect') {
        entry = action.entry;
        moved ||= action.moved;
        if (client) client.reconnect(false, action.moved);
        else
          client = makeClient(() => entry!, { state: onClient, dialling, token: (ms) => live(life.token(ms, now())) });
      } else if (action.type === 'stop') stop(action.error);
      else {
        lifeAt = action.until;
        schedule();
      }
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
      run(exchange.offline());
      for (const loop of loops) loop.offline();
    }
    live(life.client(state, now()));
    if (state.type === 'online') {
      online = true;
      run(exchange.online(moved || !state.sessionPresent, moved, now()));
      moved = false;
    }
  }

  function tell(state: DeviceState): void {
    if (state.type === 'online') opened.resolve();
    else if (state.type === 'waiting') {
      lastCause = link.spoken(state.cause);
      if (lastCause.code === 'connection-refused') refusals++;
    } else if (state.type === 'stopped') link.spoken(state.error);
    observe(() => onState?.(state));
  }

  /** Nothing of it is left when the caller is told. */
  function stop(error: unknown): void {
    endError ??= error;
    silence(error);
    void link.close({ drainMs: 0 });
  }

  function silence(error?: unknown): void {
    run(exchange.close(error as HubError));
    for (const loop of loops) loop.end(error);
  }

  async function end(options: CloseOptions): Promise<void> {
    provisioning.abort();
    if (client) await client.close(options);
    else live(life.client({ type: 'closed' }, now()));
    silence();
    lifeAt = exchangeAt = Infinity;
    schedule();
    opened.reject(endError ?? new HubError('closed', 'connect'));
  }

  const link: HubLink = {
    exchange,
    loops,
    names,
    state: () => life.state ?? { type: 'connecting', hostName: names().hostName },
    dropped: () => client?.dropped ?? 0,

    client() {
      const state = link.state();
      if (state.type === 'stopped') throw state.error;
      if (!client || closed || state.type === 'closed') throw new HubError('closed', 'publish');
      return client;
    },

    async open(signal, timeoutMs = Infinity) {
      const give = (error: unknown): void => live([{ type: 'stop', error }]);
      const late = (): void => {
        const state = link.state();
        const silent = new HubError('timed-out', 'connect', { retryable: true, cause: lastCause });
        give(state.type === 'waiting' ? state.cause : silent);
      };
      const ignoreSignal = onAbort(signal, give, refuseHub);
      const deadline = timeoutMs > MAX_TIMER_MS ? undefined : setTimeout(late, timeoutMs);
      try {
        if (!closed) live(life.start(plan.entry));
        await opened.promise;
      } finally {
        clearTimeout(deadline);
        ignoreSignal();
      }
    },

    run,
    schedule,

    async granted(filter) {
      await link.told(granted.get(filter)!);
    },

    reprovision: () => live(life.reprovision()),

    close(options) {
      closed ??= end(options);
      return closed;
    },

    check(options, rules) {
      try {
        hubCheck(options, rules);
      } catch (error) {
        throw link.spoken(error);
      }
    },

    async told(promise) {
      try {
        return await promise;
      } catch (cause) {
        throw link.spoken(hubErrorOf(cause));
      }
    },

    spoken(error) {
      if (error instanceof HubError) plan.words?.(error, names().hostName);
      return error;
    },
  };
  return link;
}
