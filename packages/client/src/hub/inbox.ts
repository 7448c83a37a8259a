import type { ReceivedMessage } from '../mqtt/subscription.ts';

// Cloud-to-device messages on their way to the application. The hub locks each message for a minute and sends it again if it is not
// acknowledged by then. So before the minute is over a message that the application works on is acknowledged, and one that it has
// not taken yet is dropped here: the hub sends it again.

/** Milliseconds from the arrival of a message: five seconds less than the hub's lock. */
const KEEP_MS = 55_000;
/** Most messages that wait. A hub queues no more for one device. */
const MOST = 50;

interface Held {
  readonly message: ReceivedMessage;
  readonly until: number;
}

/**
 * Cloud-to-device messages that wait for the application. It acknowledges each in time, so that the hub does not send it again.
 *
 * @example
 * const inbox = new Inbox();
 * const messages = client.subscribe('sensor-17/commands', { ack: 'manual' });
 * for await (const message of messages) {
 *   inbox.offer(message, performance.now());
 *   break;
 * }
 * const { payload } = inbox.take()!;
 * onMessage(payload);
 * inbox.done();
 */
export class Inbox {
  /** Number of messages that were dropped here. The hub sends them again. */
  passedOver = 0;
  #held: Held[] = [];
  #current: Held | undefined;

  /** Takes a message of the hub in. One for which there is no room is dropped, and comes again. */
  offer(message: ReceivedMessage, now: number): void {
    if (this.#held.length < MOST) this.#held.push({ message, until: now + KEEP_MS });
    else this.#skip(message);
  }

  /** Takes the next message for the application. The message before it counts as done. */
  take(): ReceivedMessage | undefined {
    this.done();
    this.#current = this.#held.shift();
    return this.#current?.message;
  }

  /** The application is done with the message that it has: it is acknowledged. */
  done(): void {
    this.#current?.message.ack();
    this.#current = undefined;
  }

  /** When to call `wake`; Infinity without a message. */
  get wakeAt(): number {
    return Math.min(this.#current?.until ?? Infinity, this.#held[0]?.until ?? Infinity);
  }

  /** Time has passed. What has waited too long is acknowledged where the application has it, and else left to the hub. */
  wake(now: number): void {
    if (this.#current && now >= this.#current.until) this.done();
    while (this.#held[0] && now >= this.#held[0].until) this.#skip(this.#held.shift()!.message);
  }

  /** The connection is lost: messages that were not taken yet are dropped, and the hub sends them again. */
  clear(): void {
    for (const { message } of this.#held.splice(0)) this.#skip(message);
  }

  #skip(message: ReceivedMessage): void {
    this.passedOver++;
    message.skip();
  }
}
