import type { PublishPacket, QoS } from '@mote/codec';
import { Fifo } from './fifo.ts';
import type { Received } from './inbound.ts';

// The messages of one subscription on their way to the application. They wait in a queue with a limit.

/** Most bytes of payloads in the queues of all subscriptions of a client together: 16 MiB, or one larger message alone. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * What happens when the queue is full. `hold`: messages of QoS 1 and 2 are not acknowledged, so the server keeps them; QoS 0 is dropped.
 * The other two drop one message, and acknowledge it.
 */
export type WhenHeld = 'hold' | 'drop-oldest' | 'drop-newest';

/** When a message is acknowledged. `auto`: when the application gets it. `after`: when it is done with it. `manual`: by `ack()`. */
export type AckMode = 'auto' | 'after' | 'manual';

/** Options of a queue of received messages. */
export interface MessageQueueOptions {
  /** Most messages in the queue. */
  readonly highWater: number;
  readonly whenFull: WhenHeld;
  /** Called when there is a message to `take`. Returns true if the application was waiting for it. */
  readonly onMessage: () => unknown;
}

/** Options of a subscription. */
export interface SubscriptionOptions extends MessageQueueOptions {
  readonly topicFilter: string;
  readonly qos: QoS;
  /** Called with the granted QoS when SUBACK comes; again in each new Session. */
  readonly onGranted: (qos: QoS) => void;
  /** Called when no more messages come. With an error, unless the subscription or the client was closed. */
  readonly onEnd: (error?: unknown) => void;
}

/** What the queues of all subscriptions of a client have in common. */
export interface InboundQueues {
  /** Bytes of payloads in all queues. */
  bytes: number;
  /** Counts the chunks of the transport. All messages of a chunk are queued before the application can take one of them. */
  chunk: number;
  /** Whether a message of QoS 1 or 2 was passed over: neither queued nor acknowledged. The server sends it again on the next connection. */
  passedOver: boolean;
  /** With CleanSession 1 the server never sends a message again. */
  readonly cleanSession: boolean;
  acknowledge(received: Received): void;
  skip(received: Received): void;
  /** Called when a queue is empty again, and messages were passed over before. */
  onEmpty(): void;
}

/**
 * A message from the server, as the application gets it.
 *
 * @example
 * const messages = client.subscribe('sensor-17/commands', { ack: 'manual' });
 * for await (const message of messages) {
 *   onMessage(message.topicName, message.payload);
 *   message.ack();
 *   break;
 * }
 */
export class ReceivedMessage {
  /** The Topic Name with which it was published. */
  declare readonly topicName: string;
  /** The payload. It belongs to the application: nothing else writes to it. */
  declare readonly payload: Uint8Array;
  /** The lower one of two: the QoS with which it was published, and the granted QoS. */
  declare readonly qos: QoS;
  /** True for a retained message, which the server sends because of a new subscription [MQTT-3.3.1-8]. */
  declare readonly retain: boolean;
  /** The DUP flag: the server may have sent it before. */
  declare readonly duplicate: boolean;
  #shared: SharedMessage | undefined;

  constructor({ topicName, payload, qos, retain, dup }: PublishPacket, shared: SharedMessage | undefined) {
    this.topicName = topicName;
    // Copied, since the bytes belong to the transport, and the application may keep the message.
    this.payload = new Uint8Array(payload);
    this.qos = qos;
    this.retain = retain;
    this.duplicate = dup;
    this.#shared = shared;
  }

  /** Acknowledges the message. The server is told when all earlier ones are acknowledged. With QoS 0, or a second time, it does nothing. */
  ack(): void {
    const shared = this.#shared;
    this.#shared = undefined;
    if (!shared) return;
    if (--shared.takers === 0) shared.queues.acknowledge(shared.received);
    else shared.given = true;
  }

  /** Does not acknowledge the message: the server sends it again on the next connection. */
  skip(): void {
    const shared = this.#shared;
    this.#shared = undefined;
    shared?.queues.skip(shared.received);
  }

  /**
   * The subscription has ended before the application got the message. If others have it, or wait for it, it is theirs. With CleanSession 1
   * it is acknowledged, since it would never come again: otherwise it would take the place of another one, and a server that waits for 20
   * acknowledgements, such as mosquitto, would send no more.
   */
  leave(): void {
    const shared = this.#shared;
    if (shared && shared.takers > 1) {
      shared.takers--;
      this.#shared = undefined;
    } else if (shared?.given || shared?.queues.cleanSession) this.ack();
    else this.skip();
  }
}

/** A message for all subscriptions whose filter matches. It is acknowledged when the last of them is done. */
export interface SharedMessage {
  readonly queues: InboundQueues;
  readonly received: Received;
  /** How many of them are not done yet. */
  takers: number;
  /** Whether one of several is done. */
  given?: boolean;
}

/** A subscription: the queue from which the application takes messages. */
export class Subscription<Options extends MessageQueueOptions = SubscriptionOptions> {
  declare readonly options: Options;
  /** Messages that were dropped or passed over because there was no room. */
  dropped = 0;
  readonly #queues: InboundQueues;
  readonly #queue = new Fifo<ReceivedMessage>();
  /** The last chunk with a message that the application was waiting for. It is fast enough, so it gets all messages of that chunk. */
  #awaited: number | undefined;

  constructor(options: Options, queues: InboundQueues) {
    this.options = options;
    this.#queues = queues;
  }

  /** Messages in the queue. */
  get size(): number {
    return this.#queue.size;
  }

  /** Adds a message to the queue, or drops one if there is no room. */
  offer(message: ReceivedMessage): void {
    const { highWater, whenFull, onMessage } = this.options;
    const queues = this.#queues;
    const size = message.payload.length;
    // A message that is larger than all that may be held can only be held alone: it would never be delivered otherwise.
    while (
      (this.size >= highWater && this.#awaited !== queues.chunk) ||
      (queues.bytes > 0 && queues.bytes + size > MOST_BYTES)
    ) {
      this.dropped++;
      const oldest = whenFull === 'drop-oldest' ? this.take() : undefined;
      if (!oldest) {
        if (whenFull === 'hold') {
          queues.passedOver ||= message.qos > 0;
          message.skip();
        } else message.ack();
        return;
      }
      oldest.ack();
    }
    queues.bytes += size;
    this.#queue.push(message);
    if (onMessage() === true) this.#awaited = queues.chunk;
  }

  /** Removes and returns the oldest message. */
  take(): ReceivedMessage | undefined {
    const message = this.#queue.shift();
    const queues = this.#queues;
    queues.bytes -= message?.payload.length ?? 0;
    if (message && !this.size && queues.passedOver) queues.onEmpty();
    return message;
  }

  /** Empties the queue. The messages are not acknowledged, since the application never got them: see `leave`. */
  clear(): void {
    for (let message = this.take(); message; message = this.take()) message.leave();
  }
}
