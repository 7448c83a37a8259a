import { type InboundQueues, type MessageQueueOptions, type ReceivedMessage, Subscription } from './subscription.ts';

/** Milliseconds that such messages wait. A program that starts makes its subscriptions much sooner. */
const CLAIM_MS = 10_000;

/**
 * Messages of a resumed Session without a subscription. The server has kept them since an earlier run, and sends them right after
 * CONNACK, when the application has not made its subscriptions yet. If they were acknowledged at once, they would be lost.
 */
export class Unclaimed extends Subscription<MessageQueueOptions> {
  #until = 0;

  constructor(queues: InboundQueues) {
    super({ highWater: 100, whenFull: 'hold', onMessage() {} }, queues);
  }

  /** A connection was accepted. Only if a Session is present do messages wait. */
  accepted(sessionPresent: boolean, now: number): void {
    this.#until = sessionPresent ? now + CLAIM_MS : 0;
  }

  /** Takes a message without a subscription. It is acknowledged at once if no subscription can be expected any more. */
  override offer(message: ReceivedMessage): void {
    if (this.#until) super.offer(message);
    else message.ack();
  }

  /** There is a new subscription: it gets its messages, in the order in which they came. */
  claim(takerOf: (topicName: string) => Subscription | undefined): void {
    for (let left = this.size; left > 0; left--) {
      const message = this.take()!;
      (takerOf(message.topicName) ?? this).offer(message);
    }
  }

  /** When `sweep` must be called. */
  get wakeAt(): number {
    return this.size ? this.#until : Infinity;
  }

  /** Acknowledges all messages when the time is over: until then they hold up the acknowledgements of all messages after them. */
  sweep(now: number): void {
    if (now < this.#until) return;
    this.#until = 0;
    for (let left = this.take(); left; left = this.take()) left.ack();
  }
}
