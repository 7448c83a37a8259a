import type { QoS } from '@mote/codec';
import { encodeUtf8 } from '@mote/codec';
import { onAbort } from './abort.ts';
import {
  checkClose,
  checkConnectOptions,
  checkCredentials,
  checkPublish,
  checkSubscribe,
  checkTls,
  refuseOption,
} from './check-connect-options.ts';
import type {
  CloseOptions,
  ConnectOptionsBase,
  CredentialOptions,
  PublishOptions,
  SubscribeOptions,
} from './connect-options.ts';
import { type MessageHandler, MessageStream } from './message-stream.ts';
import { Client } from './mqtt/client.ts';
import type { ClientState, Credentials } from './mqtt/client-options.ts';
import { MqttError } from './mqtt/error.ts';
import type { Outgoing } from './mqtt/outgoing.ts';
import { Driver, now } from './mqtt-driver.ts';
import { mqttObservers } from './mqtt-observers.ts';
import type { Transport } from './transport/transport.ts';

/** A client of one MQTT server: it connects, comes back, and keeps its promises. Made by `connect` or `createClient`. */
export class MqttClient {
  readonly #client: Client;
  readonly #driver: Driver;
  readonly #onHandlerError: (error: unknown) => void;
  #ready: { readonly promise: Promise<void>; readonly settle: (error?: unknown) => void } | undefined;
  #online: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined;
  #closed: Promise<void> | undefined;

  /**
   * `impatient`: what cannot get better by itself before the first CONNACK ends it, as does `timeoutMs`. `prove`, in place of
   * `credentials`, is for a device whose name may change: it is never refused for good.
   */
  constructor(
    options: ConnectOptionsBase,
    transports: readonly Transport[],
    impatient: boolean,
    prove?: () => Promise<Credentials>,
  ) {
    checkConnectOptions(options);
    const { host, port, path = '/mqtt', proxy, tls = {}, credentials = {}, will, queue, retry, signal } = options;
    const {
      clientId,
      cleanSession = true,
      keepAlive = 60,
      window = 16,
      store,
      maxPacketSize,
      timeoutMs = 120_000,
    } = options;
    const observers = mqttObservers(options);
    this.#onHandlerError = observers.handlerError;
    this.#client = new Client({
      clientId,
      cleanSession,
      keepAlive,
      window,
      store,
      maxPacketSize,
      will: will && {
        topicName: will.topicName,
        message: bytesOf(will.payload).slice(),
        qos: will.qos ?? 0,
        retain: will.retain ?? false,
      },
      queue: { maxMessages: 1000, maxBytes: 1_048_576, whenFull: 'reject', ...defined(queue) },
      retry: { baseMs: 1000, capMs: 60_000, attempts: Infinity, standMs: 30_000, silenceMs: 30_000, ...defined(retry) },
      routes: transports.length,
      random: Math.random,
      timeoutMs: impatient ? timeoutMs : undefined,
      freshCredentials: prove !== undefined || typeof credentials === 'function',
      onRefused: prove && 'retry',
      onSessionLost: options.onSessionLost ?? 'resume',
      trace: observers.packet,
      onWork: () => this.#driver.soon(),
    });
    this.#driver = new Driver(this.#client, {
      routes: transports.map((transport) => ({
        transport,
        host,
        port: port ?? transport.defaultPort ?? 8883,
      })),
      proxy,
      path,
      tls: async () => checkTls(typeof tls === 'function' ? await tls() : tls),
      credentials:
        prove ?? (async () => proofOf(typeof credentials === 'function' ? await credentials() : credentials)),
      onState: (state) => {
        this.#onState(state);
        observers.state(state);
      },
      onTurn: () => this.#onTurn(),
    });
    if (!impatient) this.#driver.ended.then(this.#endsWith(signal));
    this.#driver.ended.then(() => store?.close?.()).catch(() => {});
    this.#driver.start();
  }

  get state(): ClientState {
    return this.#client.state;
  }

  /** Resolves when it has ended, closed or stopped: with the error that stopped it. */
  get ended(): Promise<unknown> {
    return this.#driver.ended.then(() => (this.state.type === 'stopped' ? this.state.error : undefined));
  }

  /** Messages that were dropped because the queue was full. */
  get dropped(): number {
    return this.#client.dropped;
  }

  /** Resolves when `post` takes a message again. Rejects when the client has ended. */
  get ready(): Promise<void> {
    if (this.#client.ready) return Promise.resolve();
    if (!this.#ready) {
      let settle: (error?: unknown) => void = () => {};
      const promise = new Promise<void>((resolve, reject) => {
        settle = (error) => (error === undefined ? resolve() : reject(error));
      });
      // Who does not wait for it does not want to know.
      promise.catch(() => {});
      this.#ready = { promise, settle };
      if (this.#client.ended) this.#onTurn();
    }
    return this.#ready?.promise ?? Promise.reject(new MqttError('closed', 'publish'));
  }

  /**
   * Resolves when the message is acknowledged; at QoS 0, when it is written. Rejects with MqttError, or with the reason of
   * `signal`; always, since whatever ends the client ends this, too.
   */
  publish(topicName: string, payload: Uint8Array | string, options: PublishOptions = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      checkPublish(topicName, payload, options);
      const { qos = 0, retain = false, signal, timeoutMs, expiresAfterMs } = options;
      if (signal?.aborted) throw signal.reason;
      const at = timeoutMs !== undefined || expiresAfterMs !== undefined ? now() : 0;
      let outgoing: Outgoing | undefined;
      const withdraw = (reason: unknown): void => outgoing && this.#client.withdraw(outgoing, reason);
      const ignoreSignal = onAbort(signal, withdraw, refuseOption);
      const settle = (error?: unknown): void => {
        ignoreSignal();
        if (error === undefined) resolve();
        else reject(error);
      };
      const timeoutAt = timeoutMs && at + timeoutMs;
      const expiresAt = expiresAfterMs && at + expiresAfterMs;
      try {
        outgoing = this.#client.publish(
          { topicName, payload: bytesOf(payload), qos, retain, timeoutAt, expiresAt, settle },
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
    return this.#client.post(topicName, bytesOf(payload), false);
  }

  /** For many messages to one topic. */
  publisher(topicName: string, { qos = 0, retain = false }: { qos?: QoS; retain?: boolean } = {}): Publisher {
    checkPublish(topicName, '', { qos, retain });
    return {
      publish: (payload, options) => this.publish(topicName, payload, { qos, retain, ...options }),
      post: (payload) => this.#client.post(topicName, bytesOf(payload), retain),
    };
  }

  /** Messages for a Topic Filter, for a loop or a handler. Subscribes now, or when there is a connection, and after each new Session. */
  subscribe(topicFilter: string, options?: SubscribeOptions): MessageStream;
  subscribe(topicFilter: string, handler: MessageHandler, options?: SubscribeOptions): MessageStream;
  subscribe(
    topicFilter: string,
    handlerOrOptions: MessageHandler | SubscribeOptions = {},
    options: SubscribeOptions = {},
  ): MessageStream {
    const handler = typeof handlerOrOptions === 'function' ? handlerOrOptions : undefined;
    const wanted = typeof handlerOrOptions === 'function' ? options : handlerOrOptions;
    checkSubscribe(topicFilter, wanted);
    return new MessageStream(this.#client, topicFilter, wanted, handler, this.#onHandlerError);
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
    checkClose(options);
    this.#client.close(options.drainMs ?? 5000);
    this.#closed ??= this.#driver.ended;
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Resolves when it is online for the first time. Internal: `connect` is the way to it. */
  online(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const ignoreSignal = this.#endsWith(signal);
      this.#online = {
        resolve: () => {
          ignoreSignal();
          resolve();
        },
        reject: (error) => {
          ignoreSignal();
          // Nothing of it is left when the caller is told.
          this.#driver.ended.then(() => reject(error));
        },
      };
      this.#onState(this.state);
    });
  }

  /** Ends the client when this signal aborts. Returns what takes the listener back. */
  #endsWith(signal: AbortSignal | undefined): () => void {
    return onAbort(signal, (reason) => this.#client.abort(reason), refuseOption);
  }

  #onState(state: ClientState): void {
    const waiting = this.#online;
    if (!waiting || (state.type !== 'online' && !this.#client.ended)) return;
    this.#online = undefined;
    if (state.type === 'online') waiting.resolve();
    else waiting.reject(state.type === 'stopped' ? state.error : new MqttError('closed', 'connect'));
  }

  #onTurn(): void {
    if (!this.#ready || !(this.#client.ready || this.#client.ended)) return;
    const { state } = this;
    const error = state.type === 'stopped' ? state.error : new MqttError('closed', 'publish');
    this.#ready.settle(this.#client.ended ? error : undefined);
    this.#ready = undefined;
  }
}

/** `connect` over one of these transports. */
export async function connectOver(options: ConnectOptionsBase, transports: readonly Transport[]): Promise<MqttClient> {
  const client = new MqttClient(options, transports, true);
  await client.online(options.signal);
  return client;
}

export interface Publisher {
  publish(payload: Uint8Array | string, options?: PublishOptions): Promise<void>;
  post(payload: Uint8Array | string): boolean;
}

function bytesOf(payload: Uint8Array | string): Uint8Array {
  return typeof payload === 'string' ? encodeUtf8(payload)! : payload;
}

function proofOf(credentials: CredentialOptions): Credentials {
  checkCredentials(credentials);
  const { userName, password } = credentials;
  return { userName, password: password === undefined ? undefined : bytesOf(password) };
}

/** Without what is undefined, which would take the place of a default. */
function defined<Options extends object>(
  options: Options | undefined,
): { [Name in keyof Options]: Exclude<Options[Name], undefined> } {
  return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined)) as never;
}
