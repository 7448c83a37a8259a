import { type PreparedPublish, preparePublish, type QoS } from '@mote/codec';
import type { ClientState } from '../mqtt/client-options.ts';
import type { Transport } from '../transport/transport.ts';
import { checkConnectOptions, checkCredentials, checkPublish, checkSubscribe } from './check-connect-options.ts';
import type { CloseOptions, ConnectOptionsBase, PublishOptions, SubscribeOptions } from './connect-options.ts';
import { type MessageHandler, type MessageStream, messageStream } from './message-stream.ts';
import type { MqttObservers } from './mqtt-callbacks.ts';
import { mqttCallbacks } from './mqtt-callbacks.ts';
import { bytesOf, type Proving, type RunningClient, runClient } from './run-client.ts';
import { CLOSE_RULES, checkOption } from './shared-rules.ts';

type Observing = (options: ConnectOptionsBase, transports: readonly Transport[]) => MqttObservers;

/**
 * A client of one MQTT server: it connects, comes back, and keeps its promises. Made by `connect` or `createClient`.
 *
 * @example
 * client.subscribe('sensor-17/commands', ({ payload }) => onMessage(payload));
 * await client.publish('sensor-17/temperature', '21.5', { qos: 1 });
 */
export class MqttClient {
  readonly #run: RunningClient;
  readonly #observers: MqttObservers;

  /** `impatient`: what cannot get better by itself before the first CONNACK ends it, as does `timeoutMs`. */
  constructor(
    options: ConnectOptionsBase,
    transports: readonly Transport[],
    impatient: boolean,
    observing: Observing = mqttCallbacks,
  ) {
    const checked = checkConnectOptions(options, transports);
    this.#observers = observing(checked, transports);
    this.#run = runClient(checked, transports, impatient, provingOf(checked), this.#observers);
  }

  /** What the client is doing now. */
  get state(): ClientState {
    return this.#run.client.state();
  }

  /** Resolves when it has ended, closed or stopped: with the error that stopped it. */
  get ended(): Promise<unknown> {
    return this.#run.ended;
  }

  /** Messages that were dropped because the queue was full. */
  get dropped(): number {
    return this.#run.client.dropped();
  }

  /** Resolves when `post` takes a message again. Rejects when the client has ended. */
  get ready(): Promise<void> {
    return this.#run.ready();
  }

  /**
   * Resolves when the message is acknowledged; at QoS 0, when it is written. Rejects with MqttError, or with the reason of
   * `signal`; always, since whatever ends the client ends this, too.
   */
  publish(topicName: string, payload: Uint8Array | string, options: PublishOptions = {}): Promise<void> {
    return this.#publish(topicName, payload, options);
  }

  /**
   * Writes a message of QoS 0, without a promise. False when there is no connection or no room, and then it is not sent: `ready`
   * says when there is.
   */
  post(topicName: string, payload: Uint8Array | string): boolean {
    return this.#run.client.post({ topicName, payload: bytesOf(payload), retain: false });
  }

  /** For many messages to one topic, which is checked and encoded once. */
  publisher(topicName: string, { qos = 0, retain = false }: { qos?: QoS; retain?: boolean } = {}): Publisher {
    const { checked, client } = this.#run;
    checked(() => checkPublish(topicName, '', { qos, retain }));
    const prepared = preparePublish({ topicName, qos, retain });
    return {
      publish: (payload, options = {}) => this.#publish(topicName, payload, options, qos, retain, prepared),
      post: (payload) =>
        client.post({ topicName, payload: bytesOf(payload), retain, prepared: qos ? undefined : prepared }),
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
    const { checked, client } = this.#run;
    return messageStream(
      client,
      topicFilter,
      checked(() => checkSubscribe(topicFilter, options)),
      handler,
      this.#observers,
    );
  }

  /** Leaves the connection in good order and dials anew, with credentials and TLS options asked for again. The Session goes on. */
  reconnect(): void {
    this.#run.client.reconnect();
  }

  /** Waits for what is queued and under way, and disconnects. What is left by then is told `closed`. */
  close(options: CloseOptions = {}): Promise<void> {
    const { checked, client, ended } = this.#run;
    const { drainMs = 5000 } = checked(() => checkOption(options, CLOSE_RULES));
    client.close(drainMs);
    return ended.then(() => {});
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Resolves when it is online for the first time. Internal: `connect` is the way to it. */
  online(signal: AbortSignal | undefined): Promise<void> {
    return this.#run.online(signal);
  }

  #publish(
    topicName: string,
    payload: Uint8Array | string,
    given: PublishOptions,
    qos?: QoS,
    retain?: boolean,
    prepared?: PreparedPublish,
  ): Promise<void> {
    const { checked, publish } = this.#run;
    let options: PublishOptions;
    try {
      options = checked(() => checkPublish(topicName, payload, given));
    } catch (error) {
      return Promise.reject(error);
    }
    const other = 'qos' in options || 'retain' in options;
    return publish(topicName, payload, { qos, retain, ...options }, other ? undefined : prepared);
  }
}

function provingOf({ credentials = {} }: ConnectOptionsBase): Proving {
  const isFunction = typeof credentials === 'function';
  return {
    freshCredentials: isFunction,
    async prove() {
      const { userName, password } = checkCredentials(await (isFunction ? credentials() : credentials));
      return { userName, password: bytesOf(password) };
    },
  };
}

/** Publishes to one topic. Made by `client.publisher`; it works for as long as its client does. */
export interface Publisher {
  publish(payload: Uint8Array | string, options?: PublishOptions): Promise<void>;
  post(payload: Uint8Array | string): boolean;
}
