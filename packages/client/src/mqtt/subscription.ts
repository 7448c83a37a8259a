import type { PublishPacket, QoS } from '@mote/codec';
import { Fifo } from './fifo.ts';
import type { Received } from './inbound.ts';

// What comes for one subscription, from the server to the application: held in a queue with an end.

/** Bytes of payload that are held for all subscriptions of a client together. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * When the queue is full: `hold` acknowledges nothing more, so that the server waits, and drops QoS 0, which cannot wait;
 * the other two drop, and acknowledge what they drop.
 */
export type WhenHeld = 'hold' | 'drop-oldest' | 'drop-newest';

/** When a message is acknowledged: as the application takes it, when it is done with it, or by `ack()`. */
export type AckMode = 'auto' | 'after' | 'manual';

/** How messages are held for somebody. */
export interface Holding {
  /** Messages that are held for an application that does not take them. */
  readonly highWater: number;
  readonly whenFull: WhenHeld;
  /** There is a message to `take`. True when the application has waited for it. */
  readonly onMessage: () => unknown;
}

export interface SubscriptionOptions extends Holding {
  readonly topicFilter: string;
  readonly qos: QoS;
  /** SUBACK has come: the QoS that was granted. After each new Session again. */
  readonly onGranted: (qos: QoS) => void;
  /** Nothing more will come; with the reason, unless it was closed in good order. */
  readonly onEnd: (error?: unknown) => void;
}

/** What the subscriptions of one client share. */
export interface Held {
  bytes: number;
  /** Counts the chunks that have come: what is in one chunk comes before the application can take any of it. */
  chunk: number;
  /** Something of QoS 1 or 2 was neither held nor acknowledged: the server has it still, and sends it on the next connection. */
  passedOver: boolean;
  acknowledge(received: Received): void;
  skip(received: Received): void;
  /** One that was full has been emptied. */
  onEmpty(): void;
}

/**
 * An Application Message as the application gets it.
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
  /** As the sender wrote it: no wildcard is in it. */
  readonly topicName: string;
  /** The application's own: nothing else writes to it. */
  readonly payload: Uint8Array;
  /** The lower of the QoS with which it was published and the one that was granted. */
  readonly qos: QoS;
  /** True for a message that the server had kept for its topic, and sent because of the subscription [MQTT-3.3.1-8]. */
  readonly retain: boolean;
  /** DUP: it may have been here before. */
  readonly duplicate: boolean;
  #delivery: Shared | undefined;

  constructor({ topicName, payload, qos, retain, dup }: PublishPacket, delivery: Shared | undefined) {
    this.topicName = topicName;
    // Copied: the bytes are the transport's, and the application may keep the message.
    this.payload = payload.slice();
    this.qos = qos;
    this.retain = retain;
    this.duplicate = dup;
    this.#delivery = delivery;
  }

  /** Acknowledges it to the server, when every earlier one is. A second call, or one for QoS 0, does nothing. */
  ack(): void {
    const delivery = this.#take();
    if (delivery && --delivery.takers === 0) delivery.held.acknowledge(delivery.received);
  }

  /** Leaves it to the server, which sends it again on the next connection. */
  skip(): void {
    const delivery = this.#take();
    delivery?.held.skip(delivery.received);
  }

  #take(): Shared | undefined {
    const delivery = this.#delivery;
    this.#delivery = undefined;
    return delivery;
  }
}

/** One message for everyone whose filter matches: it is acknowledged when the last of them is done. */
export interface Shared {
  readonly held: Held;
  readonly received: Received;
  takers: number;
}

/** Made for a Topic Filter; the application takes from it. */
export class Subscription<Options extends Holding = SubscriptionOptions> {
  readonly options: Options;
  /** Messages that were not held because there was no room. */
  dropped = 0;
  readonly #held: Held;
  readonly #queue = new Fifo<ReceivedMessage>();
  /** The chunk whose first message the application has waited for: it keeps up, and so it gets all of it. */
  #awaited: number | undefined;

  constructor(options: Options, held: Held) {
    this.options = options;
    this.#held = held;
  }

  /** Messages that are held. */
  get size(): number {
    return this.#queue.size;
  }

  offer(message: ReceivedMessage): void {
    const { highWater, whenFull, onMessage } = this.options;
    const held = this.#held;
    const size = message.payload.length;
    while ((this.size >= highWater && this.#awaited !== held.chunk) || held.bytes + size > MOST_BYTES) {
      this.dropped++;
      const oldest = whenFull === 'drop-oldest' ? this.take() : undefined;
      if (!oldest) {
        if (whenFull === 'hold') {
          held.passedOver ||= message.qos > 0;
          message.skip();
        } else message.ack();
        return;
      }
      oldest.ack();
    }
    held.bytes += size;
    this.#queue.push(message);
    if (onMessage() === true) this.#awaited = held.chunk;
  }

  /** The oldest message that is held. */
  take(): ReceivedMessage | undefined {
    const message = this.#queue.shift();
    const held = this.#held;
    held.bytes -= message?.payload.length ?? 0;
    if (message && !this.size && held.passedOver) held.onEmpty();
    return message;
  }

  /** Lets go of what is held. It is not acknowledged: nobody has had it. */
  clear(): void {
    for (let message = this.take(); message; message = this.take()) message.skip();
  }
}
