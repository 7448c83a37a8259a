/** A cloud-to-device message in its queue. */
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

/** How a message ended, in the words of the service. */
export interface EndedMessage {
  readonly message: QueuedMessage;
  readonly outcome: 'Success' | 'Expired' | 'Purged';
}

// Of the service: iot-hub-devguide-messages-c2d.md.
export const MOST_QUEUED = 50;
const LOCK_MS = 60_000;

/** Messages for one device: in order, completed by PUBACK, back in the queue when the lock of a minute runs out. */
export class MessageQueue {
  #queued: QueuedMessage[] = [];
  #delivered: Delivery[] = [];

  get size(): number {
    return this.#queued.length + this.#delivered.length;
  }

  /** What a state file keeps. */
  get all(): readonly QueuedMessage[] {
    return [...this.#delivered.map(({ message }) => message), ...this.#queued];
  }

  add(message: QueuedMessage): void {
    this.#queued.push(message);
  }

  /** Takes the next message out, locked under a packet id; undefined when none waits. */
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

  /** What was not acknowledged on a link that is gone, oldest first. */
  get unacknowledged(): readonly Delivery[] {
    return this.#delivered;
  }

  /** The session is gone, and with it what was on its way: back to the front of the queue. */
  unlockAll(): void {
    this.#queued = [...this.#delivered.map(({ message }) => message), ...this.#queued];
    this.#delivered = [];
  }

  /** Puts back what was locked too long, and takes out what has expired. */
  tick(now: number): EndedMessage[] {
    const late = this.#delivered.filter(({ lockedUntil }) => lockedUntil <= now);
    this.#delivered = this.#delivered.filter(({ lockedUntil }) => lockedUntil > now);
    this.#queued = [...late.map(({ message }) => message), ...this.#queued];
    const expired = this.#queued.filter(({ expiresAt }) => expiresAt <= now);
    this.#queued = this.#queued.filter(({ expiresAt }) => expiresAt > now);
    return expired.map((message) => ({ message, outcome: 'Expired' }));
  }

  /** When the next lock or life runs out. */
  get nextAt(): number | undefined {
    const locks = this.#delivered.map(({ lockedUntil }) => lockedUntil);
    const lives = this.#queued.map(({ expiresAt }) => expiresAt);
    return locks.length + lives.length === 0 ? undefined : Math.min(...locks, ...lives);
  }

  /** Whether a message is on its way under this identifier. */
  isDelivered(packetId: number): boolean {
    return this.#delivered.some((delivery) => delivery.packetId === packetId);
  }

  /** Takes everything out. */
  purge(): readonly QueuedMessage[] {
    const all = this.all;
    this.#queued = [];
    this.#delivered = [];
    return all;
  }
}
