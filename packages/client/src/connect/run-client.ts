import { type Abortable, onAbort } from '../abort.ts';
import { drive, now } from '../driver.ts';
import { GeneralClient } from '../mqtt/client.ts';
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
import { payloadOf } from './payload.ts';
import { checkTls, refuseOption } from './shared-rules.ts';

/** Options that are present are not undefined: `checkOption` leaves those out. In a spread an undefined one would replace the default. */
type Checked<Options> = { [Name in keyof Options]: Exclude<Options[Name], undefined> };
type OwnAction = Extract<ClientAction, { type: 'state' | 'end' }>;

/** The credentials of the client, and what happens if the server refuses them. */
export interface CredentialSource extends Pick<ClientOptions, 'freshCredentials' | 'onRefused'> {
  /** Returns the credentials. Called before every dial. */
  credentials(): Promise<Credentials>;
}

/** The machine of the general client, run by a driver. */
export interface RunningClient {
  readonly client: Client;
  /** Resolves when the last connection is closed: with the error that stopped the client, or with undefined. */
  ended(): Promise<unknown>;
  /** Resolves when `post` accepts a message. Rejects with the error that has ended the client. */
  ready(): Promise<void>;
  /** Resolves when the client is online for the first time. When it rejects, no connection and no timer is left. */
  online(): Promise<void>;
  /** Gives an error its words. */
  failure(error: unknown): unknown;
  /** Calls `check`. An error that it throws gets its words. */
  checked<Result>(check: () => Result): Result;
  /** Publishes a message. Its options have been checked. */
  publish(topicName: string, payload: Uint8Array, options: PublishOptions): Promise<void>;
}

/**
 * Makes and starts a client. The options have been checked. `impatient`: before the first CONNACK `timeoutMs` ends the client, and so does
 * every error that a retry cannot remove.
 */
export function runClient(
  options: ConnectOptionsBase,
  transports: readonly Transport[],
  impatient: boolean,
  { credentials, ...refusal }: CredentialSource,
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
  /** The promise that all callers of `ready` wait for. */
  let waiting: Deferred<void> | undefined;
  /** Until it is online for the first time, or has ended. */
  let first: Deferred<void> | undefined = deferred();
  let ended: Deferred<unknown> | undefined;
  /** Made when somebody asks, or at the end: 0.4 KB. */
  const end = (): Deferred<unknown> => {
    ended ??= deferred();
    return ended;
  };

  const client = new GeneralClient({
    cleanSession: true,
    keepAlive: 60,
    window: 16,
    onSessionLost: 'resume',
    ...(options as Checked<ConnectOptionsBase>),
    ...refusal,
    will: will && {
      qos: 0,
      retain: false,
      ...(will as Checked<WillOptions>),
      message: payloadOf(will.payload)!.slice(),
    },
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
      // All messages of this turn of the event loop are sent in one write. `setImmediate` runs after its callbacks and microtasks;
      // platforms without it use a timer.
      (globalThis.setImmediate ?? setTimeout)(() => {
        flushWanted = false;
        driver.run(client.flush(now()));
      });
    },
  });

  const abort = (error: unknown): void => client.abort(error);
  const driver = drive<Credentials, OwnAction>(client, {
    routes: transports.map((transport) => ({ transport, host, port: port ?? transport.defaultPort ?? 8883 })),
    async prepare() {
      return [
        await credentials(),
        { proxy, path, protocols: ['mqtt'], tls: checkTls(await (typeof tls === 'function' ? tls() : tls)) },
      ];
    },
    onAction(action) {
      if (action.type === 'end')
        return driver.stop(() => {
          const { error } = client.state() as { readonly error?: unknown };
          ignoreSignal();
          observe(() => store?.close?.());
          end().resolve(error);
          first?.reject(failure(error));
          waiting ??= deferred();
          waiting.reject(failure(error));
        });
      if (action.state.type === 'online') {
        first?.resolve();
        first = undefined;
      }
      state(action.state);
    },
    onTurn() {
      if (waiting && client.ready()) {
        waiting.resolve();
        waiting = undefined;
      }
    },
    onError: abort,
  });

  /** Ends the client when this signal aborts. Returns a function that removes the listener. */
  const endsWith = (given: AbortSignal | undefined): (() => void) => onAbort(given, abort, refuseOption);

  function failure(error: unknown = new MqttError('closed', 'publish'), call?: Abortable): unknown {
    words?.(error, call);
    return error;
  }

  const ignoreSignal = endsWith(impatient ? undefined : signal);
  // Nothing is dialled, and no function of the application called, if the signal has aborted.
  if (!signal?.aborted) driver.start();

  function checked<Result>(check: () => Result): Result {
    try {
      return check();
    } catch (error) {
      throw failure(error);
    }
  }

  return {
    client,
    failure,
    checked,
    ended: () => end().promise,

    ready() {
      if (client.ready()) return Promise.resolve();
      waiting ??= deferred();
      return waiting.promise;
    },

    online: () => Promise.resolve(first?.promise).finally(endsWith(signal)),

    publish(topicName, payload, options) {
      return new Promise((resolve, reject) => {
        const { qos = 0, retain = false, signal, timeoutMs = Infinity, expiresAfterMs = Infinity } = options;
        if (signal?.aborted) {
          onAbort(signal, reject, refuseOption);
          return;
        }
        let outgoing: Outgoing | undefined;
        const ignoreSignal =
          signal && onAbort(signal, (reason) => outgoing && client.withdraw(outgoing, reason), refuseOption);
        const settle = (error?: unknown): void => {
          ignoreSignal?.();
          if (error === undefined) resolve();
          else reject(failure(error, options));
        };
        // Most messages have no limit of time, and asking for the time takes a twentieth of what a message takes.
        const at = Math.min(timeoutMs, expiresAfterMs) < Infinity ? now() : 0;
        try {
          outgoing = client.publish(
            {
              topicName,
              payload,
              qos,
              retain,
              settle,
              timeoutAt: at + timeoutMs,
              expiresAt: at + expiresAfterMs,
            },
            at,
          );
        } catch (error) {
          settle(error);
        }
      });
    },
  };
}
