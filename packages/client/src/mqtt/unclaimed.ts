import { type Held, type Holding, type ReceivedMessage, Subscription } from './subscription.ts';

/** Milliseconds for which they wait. A program that starts makes its subscriptions within the first of them. */
const CLAIM_MS = 10_000;

/**
 * Messages of a resumed Session that nobody has subscribed to yet. An earlier run has left them at the server, which sends them
 * behind CONNACK, before the application can have made its subscriptions anew: to acknowledge them at once would lose them.
 */
export class Unclaimed extends Subscription<Holding> {
  #until = 0;

  constructor(held: Held) {
    super({ highWater: 100, whenFull: 'hold', onMessage() {} }, held);
  }

  /** CONNACK has come, with this Session Present. */
  accepted(sessionPresent: boolean, now: number): void {
    this.#until = sessionPresent ? now + CLAIM_MS : 0;
  }

  /** A message that is nobody's. Where nobody can be about to subscribe to it, it is done with. */
  override offer(message: ReceivedMessage): void {
    if (this.#until) super.offer(message);
    else message.ack();
  }

  /** Somebody has subscribed: what is theirs they get, in the order in which it came. */
  claim(takerOf: (topicName: string) => Subscription | undefined): void {
    for (let left = this.size; left > 0; left--) {
      const message = this.take()!;
      (takerOf(message.topicName) ?? this).offer(message);
    }
  }

  /** When to call `sweep`. */
  get wakeAt(): number {
    return this.size ? this.#until : Infinity;
  }

  /** Time has passed: what nobody came for is acknowledged, or it would hold up everything behind it. */
  sweep(now: number): void {
    if (now < this.#until) return;
    this.#until = 0;
    for (let left = this.take(); left; left = this.take()) left.ack();
  }
}
