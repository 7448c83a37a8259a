import { preparePublish } from '@mote/codec';
import type { ClientState } from '../mqtt/client-options.ts';
import type { TransportsOf } from '../option-rules.ts';
import type { Transport } from '../transport/transport.ts';
import {
  checkConnectOptions,
  checkCredentials,
  checkMessage,
  checkSubscribe,
  PUBLISH_RULES,
} from './check-connect-options.ts';
import type { CloseOptions, ConnectOptionsBase, PublishOptions, SubscribeOptions } from './connect-options.ts';
import { type MessageHandler, type MessageStream, messageStream } from './message-stream.ts';
import type { MqttObservers } from './mqtt-callbacks.ts';
import { mqttCallbacks } from './mqtt-callbacks.ts';
import { payloadOf } from './payload.ts';
import { type CredentialSource, type RunningClient, runClient } from './run-client.ts';
import { CLOSE_RULES, checkOption } from './shared-rules.ts';

type Observing = (options: ConnectOptionsBase, transports: readonly Transport[]) => MqttObservers;

/**
 * A client of one MQTT server, which connects again when the connection is lost. Made by `connect` or `createClient`.
 *
 * @example
 * client.subscribe('sensor-17/commands', ({ payload }) => onMessage(payload));
 * await client.publish('sensor-17/temperature', '21.5', { qos: 1 });
 */
export class MqttClient {
  readonly #run: RunningClient;
  readonly #observers: MqttObservers;
  /** The Topic Name that was checked last: most devices publish to one again and again. NaN is equal to nothing. */
  #topicName: unknown = Number.NaN;

  /** `impatient`: before the first CONNACK `timeoutMs` ends the client, and so does every error that a retry cannot remove. */
  constructor(
    options: ConnectOptionsBase,
    transportsOf: TransportsOf,
    impatient: boolean,
    observing: Observing = mqttCallbacks,
  ) {
    const [checked, transports] = checkConnectOptions(options, transportsOf);
    this.#observers = observing(checked, transports);
    this.#run = runClient(checked, transports, impatient, credentialSourceOf(checked), this.#observers);
  }

  /** The present state of the client. */
  get state(): ClientState {
    return this.#run.client.state();
  }

  /** Resolves when the client has ended: with the error that stopped it, or with undefined after `close`. */
  get ended(): Promise<unknown> {
    return this.#run.ended();
  }

  /** Messages that were dropped or refused because the queue was full: each one whose `publish` rejected with `queue-full`. */
  get dropped(): number {
    return this.#run.client.dropped();
  }

  /** Resolves when `post` accepts a message again. Rejects when the client has ended. */
  get ready(): Promise<void> {
    return this.#run.ready();
  }

  /**
   * Publishes a message. Resolves when it is acknowledged, with QoS 0 when it is written. Rejects with MqttError, or with the reason of
   * `signal`. It always settles: when the client ends, all its promises do.
   */
  publish(topicName: string, payload: Uint8Array | string, options: PublishOptions = {}): Promise<void> {
    return this.#publish(topicName, payload, options);
  }

  /**
   * Publishes a message with QoS 0, without a promise. Returns false if there is no connection or no room: then it is not sent, and
   * `ready` resolves when there is room again. Throws MqttError `invalid-options`.
   */
  post(topicName: string, payload: Uint8Array | string): boolean {
    return this.#run.client.post({ topicName, payload: this.#bytesOf(topicName, payload), retain: false });
  }

  /**
   * Returns a Publisher for many messages to one topic, which is checked and encoded once, with these options where a call names no other.
   */
  publisher(topicName: string, options: PublishOptions = {}): Publisher {
    const { checked, client } = this.#run;
    this.#bytesOf(topicName, '');
    const usual = checked(() => checkOption(options, PUBLISH_RULES));
    const { retain = false } = usual;
    const prepared = preparePublish({ topicName, retain });
    return {
      publish: (payload, options = {}) => this.#publish(topicName, payload, options, usual),
      post: (payload) => client.post({ topicName, payload: this.#bytesOf(topicName, payload), retain, prepared }),
    };
  }

  /**
   * Subscribes to a Topic Filter, for a `for await` loop or a handler. SUBSCRIBE is sent when there is a connection, and again in each new
   * Session.
   */
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

  /** Sends DISCONNECT and dials again, with new credentials and TLS options if functions give them. The Session goes on. */
  reconnect(): void {
    this.#run.client.reconnect();
  }

  /** Waits for queued and unacknowledged messages, at most `drainMs`, and disconnects. Messages that are left reject with `closed`. */
  close(options: CloseOptions = {}): Promise<void> {
    const { checked, client, ended } = this.#run;
    const { drainMs = 5000 } = checked(() => checkOption(options, CLOSE_RULES));
    client.close(drainMs);
    return ended().then(() => {});
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Resolves when the client is online for the first time. Internal: applications call `connect`. */
  online(): Promise<void> {
    return this.#run.online();
  }

  #publish(
    topicName: string,
    payload: Uint8Array | string,
    given: PublishOptions,
    usual?: PublishOptions,
  ): Promise<void> {
    const { failure, publish } = this.#run;
    try {
      const bytes = this.#bytesOf(topicName, payload);
      const options = checkOption(given, PUBLISH_RULES);
      return publish(topicName, bytes, usual ? { ...usual, ...options } : options);
    } catch (error) {
      return Promise.reject(failure(error));
    }
  }

  /** The bytes of a payload, once they and the topic are checked. */
  #bytesOf(topicName: string, payload: unknown): Uint8Array {
    const bytes = payloadOf(payload);
    if (!bytes || topicName !== this.#topicName) this.#run.checked(() => checkMessage(topicName, payload, bytes));
    this.#topicName = topicName;
    return bytes!;
  }
}

function credentialSourceOf({ credentials = {} }: ConnectOptionsBase): CredentialSource {
  const isFunction = typeof credentials === 'function';
  return {
    freshCredentials: isFunction,
    async credentials() {
      const { userName, password } = checkCredentials(await (isFunction ? credentials() : credentials));
      return { userName, password: payloadOf(password) };
    },
  };
}

/** Publishes to one topic. Made by `client.publisher`. It works as long as its client. */
export interface Publisher {
  /** Publishes a message, as `client.publish` does. Options of the call replace those of the publisher. */
  publish(payload: Uint8Array | string, options?: PublishOptions): Promise<void>;
  /** Publishes a message with QoS 0, as `client.post` does. Returns false if there is no room. */
  post(payload: Uint8Array | string): boolean;
}
