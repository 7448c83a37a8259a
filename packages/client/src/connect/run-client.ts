import { encodeUtf8, type PreparedPublish } from '@mote/codec';
import { onAbort } from '../abort.ts';
import { drive, now } from '../driver.ts';
import { makeClient } from '../mqtt/client.ts';
import type { Client, ClientAction, ClientOptions, Credentials } from '../mqtt/client-options.ts';
import { MqttError } from '../mqtt/error.ts';
import type { Outgoing } from '../mqtt/outgoing.ts';
import type { Transport } from '../transport/transport.ts';
import { type Deferred, deferred, observe } from '../values.ts';
import type {
  ConnectOptionsBase,
  PublishOptions,
  QueueOptions,
  ReconnectRetryOptions,
  WillOptions,
} from './connect-options.ts';
import type { MqttObservers } from './mqtt-callbacks.ts';
import { checkTls, refuseOption } from './shared-rules.ts';

/** None of them is there and undefined, which would take the place of a default. */
type Checked<Options> = { [Name in keyof Options]: Exclude<Options[Name], undefined> };
type Told = Extract<ClientAction, { type: 'state' | 'end' }>;

/** Who it is, and what a refusal of that means. */
export interface Proving extends Pick<ClientOptions, 'freshCredentials' | 'onRefused'> {
  /** Asked before every dial. */
  prove(): Promise<Credentials>;
}

/** The machine of the general client, with the driver that runs it. */
export interface RunningClient {
  readonly client: Client;
  /** Resolves when the last connection is closed: with the error that stopped it, if one has. */
  readonly ended: Promise<unknown>;
  /** Resolves when the client is `ready`; rejects with what has ended it before. */
  ready(): Promise<void>;
  /** Resolves when it is online for the first time. When it rejects, nothing is left of it. */
  online(signal: AbortSignal | undefined): Promise<void>;
  /** Throws what is refused in words. */
  checked<Result>(check: () => Result): Result;
  /** Of what was checked. */
  publish(
    topicName: string,
    payload: Uint8Array | string,
    options: PublishOptions,
    prepared?: PreparedPublish,
  ): Promise<void>;
}

/**
 * Starts it, with options that were checked. `impatient`: what cannot get better by itself before the first CONNACK ends it, as does
 * `timeoutMs`.
 */
export function runClient(
  options: ConnectOptionsBase,
  transports: readonly Transport[],
  impatient: boolean,
  { prove, ...refusal }: Proving,
  { state, packet, words }: MqttObservers,
): RunningClient {
  const {
    host,
    port,
    path = '/mqtt',
    proxy,
    tls = {},
    will,
    queue,
    retry,
    signal,
    store,
    timeoutMs = 120_000,
  } = options;
  let flushWanted = false;
  /** Of those who wait for `ready`. */
  let waiting: Deferred<void> | undefined;
  const online = deferred<void>();
  const ended = deferred<unknown>();

  const client = makeClient({
    cleanSession: true,
    keepAlive: 60,
    window: 16,
    onSessionLost: 'resume',
    ...(options as Checked<ConnectOptionsBase>),
    ...refusal,
    will: will && { qos: 0, retain: false, ...(will as Checked<WillOptions>), message: bytesOf(will.payload).slice() },
    queue: { maxMessages: 1000, maxBytes: 1_048_576, whenFull: 'reject', ...(queue as Checked<QueueOptions>) },
    retry: {
      baseMs: 1000,
      capMs: 60_000,
      attempts: Infinity,
      standMs: 30_000,
      silenceMs: 30_000,
      ...(retry as Checked<ReconnectRetryOptions>),
    },
    routes: transports.length,
    random: Math.random,
    timeoutMs: impatient ? timeoutMs : undefined,
    trace: packet,
    onWork() {
      if (flushWanted) return;
      flushWanted = true;
      // What the application has asked for is sent in one write, after the callbacks and microtasks of this turn of the event
      // loop, if the platform can tell.
      (globalThis.setImmediate ?? setTimeout)(() => {
        flushWanted = false;
        driver.run(client.flush(now()));
      });
    },
  });

  const driver = drive<Credentials, Told>(client, {
    routes: transports.map((transport) => ({ transport, host, port: port ?? transport.defaultPort ?? 8883 })),
    async prepare() {
      return [
        await prove(),
        { proxy, path, protocols: ['mqtt'], tls: checkTls(await (typeof tls === 'function' ? tls() : tls)) },
      ];
    },
    onTold(told) {
      if (told.type === 'end')
        return driver.stop(() => {
          const { error } = client.state() as { readonly error?: unknown };
          ignoreSignal();
          observe(() => store?.close?.());
          ended.resolve(error);
          online.reject(failure(error));
          waiting ??= deferred();
          waiting.reject(failure(error));
        });
      if (told.state.type === 'online') online.resolve();
      state(told.state);
    },
    onTurn() {
      if (!client.ready()) return;
      waiting?.resolve();
      waiting = undefined;
    },
    onError: client.abort,
  });

  /** Ends the client when this signal aborts. Returns what takes the listener back. */
  const endsWith = (given: AbortSignal | undefined): (() => void) => onAbort(given, client.abort, refuseOption);

  function failure(error: unknown = new MqttError('closed', 'publish')): unknown {
    words?.(error);
    return error;
  }

  const ignoreSignal = endsWith(impatient ? undefined : signal);
  driver.start();

  function checked<Result>(check: () => Result): Result {
    try {
      return check();
    } catch (error) {
      throw failure(error);
    }
  }

  return {
    client,
    checked,
    ended: ended.promise,

    ready() {
      if (client.ready()) return Promise.resolve();
      waiting ??= deferred();
      return waiting.promise;
    },

    online: (given) => online.promise.finally(endsWith(given)),

    publish(topicName, payload, options, prepared) {
      return new Promise((resolve, reject) => {
        const { qos = 0, retain = false, signal, timeoutMs = Infinity, expiresAfterMs = Infinity } = options;
        if (signal?.aborted) throw signal.reason;
        let outgoing: Outgoing | undefined;
        const ignoreSignal = onAbort(signal, (reason) => outgoing && client.withdraw(outgoing, reason), refuseOption);
        const settle = (error?: unknown): void => {
          ignoreSignal();
          if (error === undefined) resolve();
          else reject(failure(error));
        };
        const at = now();
        const times = { timeoutAt: at + timeoutMs, expiresAt: at + expiresAfterMs };
        try {
          outgoing = client.publish(
            { topicName, payload: bytesOf(payload), qos, retain, prepared, settle, ...times },
            at,
          );
        } catch (error) {
          settle(error);
        }
      });
    },
  };
}

/** UTF-8 of text that was checked; what is no text stays as it is. */
export function bytesOf<Given>(given: Given | string): Given | Uint8Array {
  return typeof given === 'string' ? encodeUtf8(given)! : given;
}
