import type { ReceivedMessage } from '../mqtt/subscription.ts';

// Messages of the hub on their way to the application. A hub locks each for a minute, and gives out again what is not acknowledged by
// then: one that the application has is acknowledged before, and one that it has not had is let go.

/** From its arrival. */
const KEEP_MS = 55_000;
/** A hub queues no more for a device. */
const MOST = 50;

interface Held {
  readonly message: ReceivedMessage;
  readonly until: number;
}

export class Inbox {
  /** Let go: the hub gives them out again. */
  passedOver = 0;
  #held: Held[] = [];
  #current: Held | undefined;

  offer(message: ReceivedMessage, now: number): void {
    if (this.#held.length < MOST) this.#held.push({ message, until: now + KEEP_MS });
    else this.#skip(message);
  }

  /** The next one for the application; the one before it is done. */
  take(): ReceivedMessage | undefined {
    this.done();
    this.#current = this.#held.shift();
    return this.#current?.message;
  }

  /** The application is done with the one that it has. */
  done(): void {
    this.#current?.message.ack();
    this.#current = undefined;
  }

  /** When to call `wake`. */
  get wakeAt(): number {
    return Math.min(this.#current?.until ?? Infinity, this.#held[0]?.until ?? Infinity);
  }

  wake(now: number): void {
    if (this.#current && now >= this.#current.until) this.done();
    while (this.#held[0] && now >= this.#held[0].until) this.#skip(this.#held.shift()!.message);
  }

  /** The connection is gone: what the application has not had comes again. */
  clear(): void {
    for (const { message } of this.#held.splice(0)) this.#skip(message);
  }

  #skip(message: ReceivedMessage): void {
    this.passedOver++;
    message.skip();
  }
}
