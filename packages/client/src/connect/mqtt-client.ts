import { encodeUtf8, type PreparedPublish, preparePublish, type QoS } from '@mote/codec';
import { onAbort } from '../abort.ts';
import { type Driver, drive, now } from '../driver.ts';
import { makeClient } from '../mqtt/client.ts';
import type { Client, ClientAction, ClientState, Credentials } from '../mqtt/client-options.ts';
import { MqttError } from '../mqtt/error.ts';
import type { Outgoing } from '../mqtt/outgoing.ts';
import type { Transport } from '../transport/transport.ts';
import {
  checkClose,
  checkConnectOptions,
  checkCredentials,
  checkPublish,
  checkSubscribe,
  checkTls,
  refuseOption,
} from './check-connect-options.ts';
import type { CloseOptions, ConnectOptionsBase, PublishOptions, SubscribeOptions } from './connect-options.ts';
import { type MessageHandler, type MessageStream, messageStream } from './message-stream.ts';
import { mqttCallbacks } from './mqtt-callbacks.ts';
import type { MqttObservers } from './mqtt-observers.ts';

type Told = Extract<ClientAction, { type: 'state' | 'end' }>;

/** A client of one MQTT server: it connects, comes back, and keeps its promises. Made by `connect` or `createClient`. */
export class MqttClient {
  readonly #client: Client;
  readonly #driver: Driver<Told>;
  #flushWanted = false;
  /** Resolves when the last connection is closed. */
  readonly #ended: Promise<void>;
  readonly #onHandlerError: (error: unknown) => void;
  readonly #words: MqttObservers['words'];
  #wasOnline = false;
  #ready: Promise<void> | undefined;
  /** Each looks whether what it waits for has come, and says so once. */
  readonly #waiting = new Set<() => void>();

  /**
   * `impatient`: what cannot get better by itself before the first CONNACK ends it, as does `timeoutMs`. `prove`, in place of
   * `credentials`, is for a device whose name may change: it is never refused for good.
   */
  constructor(
    options: ConnectOptionsBase,
    transports: readonly Transport[],
    impatient: boolean,
    prove?: () => Promise<Credentials>,
    observers: (options: ConnectOptionsBase, transports: readonly Transport[]) => MqttObservers = mqttCallbacks,
  ) {
    checkConnectOptions(options);
    const { host, port, path = '/mqtt', proxy, tls = {}, credentials = {}, will, queue, retry, signal } = options;
    const { timeoutMs = 120_000, store } = options;
    const { state, packet, handlerError, words } = observers(options, transports);
    this.#onHandlerError = handlerError;
    this.#words = words;
    this.#client = makeClient({
      cleanSession: true,
      keepAlive: 60,
      window: 16,
      onSessionLost: 'resume',
      ...defined(options),
      will: will && {
        qos: 0,
        retain: false,
        ...defined(will),
        message: bytesOf(will.payload).slice(),
      },
      queue: { maxMessages: 1000, maxBytes: 1_048_576, whenFull: 'reject', ...defined(queue) },
      retry: { baseMs: 1000, capMs: 60_000, attempts: Infinity, standMs: 30_000, silenceMs: 30_000, ...defined(retry) },
      routes: transports.length,
      random: Math.random,
      timeoutMs: impatient ? timeoutMs : undefined,
      freshCredentials: prove !== undefined || typeof credentials === 'function',
      onRefused: prove && 'retry',
      trace: packet,
      onWork: () => this.#soon(),
    });
    let finish!: () => void;
    this.#ended = new Promise((resolve) => {
      finish = resolve;
    });
    this.#driver = drive<Credentials, Told>(this.#client, {
      routes: transports.map((transport) => ({ transport, host, port: port ?? transport.defaultPort ?? 8883 })),
      async prepare() {
        return [
          await (prove?.() ?? proofOf(credentials)),
          { proxy, path, protocols: ['mqtt'], tls: checkTls(await (typeof tls === 'function' ? tls() : tls)) },
        ];
      },
      onTold: (told) => {
        if (told.type === 'end') {
          this.#driver.stop(finish);
          return;
        }
        this.#wasOnline ||= told.state.type === 'online';
        state(told.state);
      },
      onTurn: () => {
        for (const look of this.#waiting) look();
      },
      onError: this.#client.abort,
    });
    if (!impatient) this.#ended.then(this.#endsWith(signal));
    this.#ended.then(() => store?.close?.()).catch(() => {});
    this.#driver.start();
  }

  get state(): ClientState {
    return this.#client.state();
  }

  /** Resolves when it has ended, closed or stopped: with the error that stopped it. */
  get ended(): Promise<unknown> {
    return this.#ended.then(() => (this.state.type === 'stopped' ? this.state.error : undefined));
  }

  /** Messages that were dropped because the queue was full. */
  get dropped(): number {
    return this.#client.dropped();
  }

  /** Resolves when `post` takes a message again. Rejects when the client has ended. */
  get ready(): Promise<void> {
    if (this.#client.ready()) return Promise.resolve();
    if (!this.#ready) {
      this.#ready = this.#until(() => this.#client.ready());
      // Who does not wait for it does not want to know.
      const over = (): void => {
        this.#ready = undefined;
      };
      this.#ready.then(over, over);
    }
    return this.#ready;
  }

  /**
   * Resolves when the message is acknowledged; at QoS 0, when it is written. Rejects with MqttError, or with the reason of
   * `signal`; always, since whatever ends the client ends this, too.
   */
  publish(topicName: string, payload: Uint8Array | string, options: PublishOptions = {}): Promise<void> {
    return this.#publish(topicName, payload, options);
  }

  #publish(
    topicName: string,
    payload: Uint8Array | string,
    options: PublishOptions,
    prepared?: PreparedPublish,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#checked(() => checkPublish(topicName, payload, options));
      const { qos = 0, retain = false, signal, timeoutMs = Infinity, expiresAfterMs = Infinity } = options;
      if (signal?.aborted) throw signal.reason;
      let outgoing: Outgoing | undefined;
      const ignoreSignal = onAbort(
        signal,
        (reason) => outgoing && this.#client.withdraw(outgoing, reason),
        refuseOption,
      );
      const settle = (error?: unknown): void => {
        ignoreSignal();
        this.#words?.(error);
        if (error === undefined) resolve();
        else reject(error);
      };
      try {
        const at = now();
        outgoing = this.#client.publish(
          {
            topicName,
            payload: bytesOf(payload),
            qos,
            retain,
            prepared,
            timeoutAt: at + timeoutMs,
            expiresAt: at + expiresAfterMs,
            settle,
          },
          at,
        );
      } catch (error) {
        settle(error);
      }
    });
  }

  /**
   * Writes a message of QoS 0, without a promise. False when there is no connection or no room, and then it is not sent: `ready`
   * says when there is.
   */
  post(topicName: string, payload: Uint8Array | string): boolean {
    return this.#client.post({ topicName, payload: bytesOf(payload), retain: false });
  }

  /** For many messages to one topic, which is checked and encoded once. */
  publisher(topicName: string, { qos = 0, retain = false }: { qos?: QoS; retain?: boolean } = {}): Publisher {
    this.#checked(() => checkPublish(topicName, '', { qos, retain }));
    const prepared = preparePublish({ topicName, qos, retain });
    return {
      publish: (payload, options) => {
        const wanted = { qos, retain, ...defined(options) };
        const same = wanted.qos === qos && wanted.retain === retain;
        return this.#publish(topicName, payload, wanted, same ? prepared : undefined);
      },
      post: (payload) =>
        this.#client.post({ topicName, payload: bytesOf(payload), retain, prepared: qos ? undefined : prepared }),
    };
  }

  /** Messages for a Topic Filter, for a loop or a handler. Subscribes now, or when there is a connection, and after each new Session. */
  subscribe(topicFilter: string, options?: SubscribeOptions): MessageStream;
  subscribe(topicFilter: string, handler: MessageHandler, options?: SubscribeOptions): MessageStream;
  subscribe(
    topicFilter: string,
    first: MessageHandler | SubscribeOptions = {},
    second: SubscribeOptions = {},
  ): MessageStream {
    const [handler, options] = typeof first === 'function' ? [first, second] : [undefined, first];
    this.#checked(() => checkSubscribe(topicFilter, options));
    return messageStream(this.#client, topicFilter, options, handler, this.#onHandlerError, this.#words);
  }

  /**
   * Leaves the connection in good order and dials anew, with credentials and TLS options asked for again. The Session goes on.
   * `hold` and `elsewhere` are internal.
   */
  reconnect(hold: boolean = false, elsewhere: boolean = false): void {
    this.#client.reconnect(hold, elsewhere);
  }

  /** Waits for what is queued and under way, and disconnects. What is left by then is told `closed`. */
  close(options: CloseOptions = {}): Promise<void> {
    this.#checked(() => checkClose(options));
    this.#client.close(options.drainMs ?? 5000);
    return this.#ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Resolves when it is online for the first time. Internal: `connect` is the way to it. */
  async online(signal: AbortSignal | undefined): Promise<void> {
    const ignoreSignal = this.#endsWith(signal);
    try {
      await this.#until(() => this.#wasOnline);
    } catch (error) {
      // Nothing of it is left when the caller is told.
      await this.#ended;
      throw error;
    } finally {
      ignoreSignal();
    }
  }

  /** What the application has asked for is sent at the end of this turn of the event loop, in one write. */
  #soon(): void {
    if (this.#flushWanted) return;
    this.#flushWanted = true;
    // After the callbacks and microtasks of this turn, if the platform can tell.
    (globalThis.setImmediate ?? setTimeout)(() => {
      this.#flushWanted = false;
      this.#driver.run(this.#client.flush(now()));
    });
  }

  /** Throws what is refused in words. */
  #checked(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#words?.(error);
      throw error;
    }
  }

  /** Ends the client when this signal aborts. Returns what takes the listener back. */
  #endsWith(signal: AbortSignal | undefined): () => void {
    return onAbort(signal, this.#client.abort, refuseOption);
  }

  /** Resolves when this is so; rejects with what has ended the client before. */
  #until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const { state } = this;
        if (isSo()) resolve();
        else if (this.#client.ended()) {
          const error = state.type === 'stopped' ? state.error : new MqttError('closed', 'publish');
          this.#words?.(error);
          reject(error);
        } else return;
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
  }
}

export interface Publisher {
  publish(payload: Uint8Array | string, options?: PublishOptions): Promise<void>;
  post(payload: Uint8Array | string): boolean;
}

function bytesOf(payload: Uint8Array | string): Uint8Array {
  return typeof payload === 'string' ? encodeUtf8(payload)! : payload;
}

async function proofOf(credentials: NonNullable<ConnectOptionsBase['credentials']>): Promise<Credentials> {
  const proof = await (typeof credentials === 'function' ? credentials() : credentials);
  checkCredentials(proof);
  const { userName, password } = proof;
  return { userName, password: password === undefined ? undefined : bytesOf(password) };
}

/** Without what is undefined, which would take the place of a default. */
function defined<Options extends object>(
  options: Options | undefined,
): { [Name in keyof Options]: Exclude<Options[Name], undefined> } {
  return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined)) as never;
}
