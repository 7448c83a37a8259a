/** A cloud-to-device message in the queue of a device. */
export interface QueuedMessage {
  readonly messageId: string;
  readonly body: Uint8Array;
  readonly properties: Readonly<Record<string, string | null>>;
  readonly systemProperties: Readonly<Record<string, string | null>>;
  readonly ack: 'none' | 'positive' | 'negative' | 'full';
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

interface Delivery {
  readonly message: QueuedMessage;
  readonly packetId: number;
  readonly lockedUntil: number;
}

/** How a message ended, with the service's terms. */
export interface EndedMessage {
  readonly message: QueuedMessage;
  readonly outcome: 'Success' | 'Expired' | 'Purged';
}

/** Most messages in the queue of a device: iot-hub-devguide-messages-c2d.md. */
export const MOST_QUEUED = 50;
/** Milliseconds for which a delivered message is locked: iot-hub-devguide-messages-c2d.md. */
const LOCK_MS = 60_000;

/** The messages for one device, in order. PUBACK completes a message. A message without PUBACK returns to the queue after one minute. */
export class MessageQueue {
  #queued: QueuedMessage[] = [];
  #delivered: Delivery[] = [];

  get size(): number {
    return this.#queued.length + this.#delivered.length;
  }

  /** The messages, for the state file. */
  get all(): readonly QueuedMessage[] {
    return [...this.#delivered.map(({ message }) => message), ...this.#queued];
  }

  add(message: QueuedMessage): void {
    this.#queued.push(message);
  }

  /** Takes the next message and locks it under a Packet Identifier. Undefined when none waits. */
  next(packetId: () => number, now: number): Delivery | undefined {
    const message = this.#queued.shift();
    if (message === undefined) return undefined;
    const delivery = { message, packetId: packetId(), lockedUntil: now + LOCK_MS };
    this.#delivered.push(delivery);
    return delivery;
  }

  complete(packetId: number): QueuedMessage | undefined {
    const found = this.#delivered.find((delivery) => delivery.packetId === packetId);
    this.#delivered = this.#delivered.filter((delivery) => delivery !== found);
    return found?.message;
  }

  /** Messages that were not acknowledged on the last connection, oldest first. */
  get unacknowledged(): readonly Delivery[] {
    return this.#delivered;
  }

  /** The Session has ended: unacknowledged messages return to the front of the queue. */
  unlockAll(): void {
    this.#queued = [...this.#delivered.map(({ message }) => message), ...this.#queued];
    this.#delivered = [];
  }

  /** Returns messages whose lock has expired to the queue, and removes those that have expired themselves. */
  tick(now: number): EndedMessage[] {
    const late = this.#delivered.filter(({ lockedUntil }) => lockedUntil <= now);
    this.#delivered = this.#delivered.filter(({ lockedUntil }) => lockedUntil > now);
    this.#queued = [...late.map(({ message }) => message), ...this.#queued];
    const expired = this.#queued.filter(({ expiresAt }) => expiresAt <= now);
    this.#queued = this.#queued.filter(({ expiresAt }) => expiresAt > now);
    return expired.map((message) => ({ message, outcome: 'Expired' }));
  }

  /** When the next lock or message expires. */
  get nextAt(): number | undefined {
    const locks = this.#delivered.map(({ lockedUntil }) => lockedUntil);
    const lives = this.#queued.map(({ expiresAt }) => expiresAt);
    return locks.length + lives.length === 0 ? undefined : Math.min(...locks, ...lives);
  }

  /** True when an unacknowledged message has this identifier. */
  isDelivered(packetId: number): boolean {
    return this.#delivered.some((delivery) => delivery.packetId === packetId);
  }

  /** Removes all messages. */
  purge(): readonly QueuedMessage[] {
    const all = this.all;
    this.#queued = [];
    this.#delivered = [];
    return all;
  }
}
