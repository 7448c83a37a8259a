import type { QoS } from '@mote/codec';
import { onAbort } from './abort.ts';
import { refuseOption } from './check-connect-options.ts';
import type { SubscribeOptions } from './connect-options.ts';
import type { Client } from './mqtt/client.ts';
import { MqttError } from './mqtt/error.ts';
import type { AckMode, ReceivedMessage, Subscription } from './mqtt/subscription.ts';

/** Called for one message after the other: the next one waits until its promise has settled. */
export type MessageHandler = (message: ReceivedMessage) => unknown;

/** One subscription of the application: an async iterable, or whatever calls its handler. */
export class MessageStream implements AsyncIterableIterator<ReceivedMessage> {
  /** The QoS that the server has granted. Rejects with `subscribe-refused`, or with what has ended the client before. */
  readonly granted: Promise<QoS>;
  readonly #client: Client;
  readonly #subscription: Subscription | undefined;
  readonly #ack: AckMode;
  readonly #handler: MessageHandler | undefined;
  readonly #onHandlerError: (error: unknown) => void;
  /** In the loop body or the handler. */
  #current: ReceivedMessage | undefined;
  /** Those who wait for a message. */
  readonly #waiting: {
    readonly resolve: (result: IteratorResult<ReceivedMessage, undefined>) => void;
    readonly reject: (error: unknown) => void;
  }[] = [];
  #busy = false;
  #ended = false;
  #error: unknown;

  constructor(
    client: Client,
    topicFilter: string,
    { qos = 1, highWater = 100, whenFull = 'hold', ack = 'after', signal }: SubscribeOptions,
    handler: MessageHandler | undefined,
    onHandlerError: (error: unknown) => void,
  ) {
    this.#client = client;
    this.#ack = ack;
    this.#handler = handler;
    this.#onHandlerError = onHandlerError;
    let grant: (qos: QoS) => void = () => {};
    let refuse: (error: unknown) => void = () => {};
    this.granted = new Promise((resolve, reject) => {
      grant = resolve;
      refuse = reject;
    });
    // Who does not look at it is told by the loop.
    this.granted.catch(() => {});
    let ignoreSignal = (): void => {};
    const onEnd = (error: unknown): void => {
      ignoreSignal();
      refuse(error ?? new MqttError('closed', 'subscribe'));
      this.#end(error);
    };
    this.#subscription = client.subscribe({
      topicFilter,
      qos,
      highWater,
      whenFull,
      onMessage: () => this.#onMessage(),
      onGranted: grant,
      onEnd,
    });
    if (!this.#ended) ignoreSignal = onAbort(signal, () => void this.close(), refuseOption);
  }

  /** Messages that were not held because there was no room. */
  get dropped(): number {
    return this.#subscription?.dropped ?? 0;
  }

  /** The next message. The one before it is done, and acknowledged unless that is done by hand. */
  next(): Promise<IteratorResult<ReceivedMessage, undefined>> {
    this.#done();
    const value = this.#take();
    if (value) return Promise.resolve({ done: false, value });
    if (this.#ended) return this.#error === undefined ? Promise.resolve(DONE) : Promise.reject(this.#error);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** The loop was left: the message is done, and nobody waits for another. */
  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#done();
    await this.close();
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** UNSUBSCRIBE. Resolves when the server has answered, or when there is no connection to ask it on. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#subscription) this.#client.unsubscribe(this.#subscription, resolve);
      else resolve();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #onMessage(): void {
    if (this.#handler) {
      if (!this.#busy) this.#handle();
    } else if (this.#waiting.length) this.#waiting.shift()!.resolve({ done: false, value: this.#take()! });
  }

  /** Calls the handler for what is held, until it takes its time for one. */
  #handle(): void {
    this.#busy = true;
    for (let message = this.#take(); message; message = this.#take()) {
      try {
        const result = this.#handler!(message);
        if (isPromise(result)) {
          result
            .then(
              () => this.#done(),
              (error: unknown) => this.#failed(error),
            )
            .then(() => this.#handle());
          return;
        }
        this.#done();
      } catch (error) {
        this.#failed(error);
      }
    }
    this.#busy = false;
  }

  #take(): ReceivedMessage | undefined {
    const message = this.#subscription?.take();
    this.#current = message;
    if (this.#ack === 'auto') message?.ack();
    return message;
  }

  #done(): void {
    if (this.#ack === 'after') this.#current?.ack();
    this.#current = undefined;
  }

  /** The application has not done with it: the server keeps it, and those behind it go on. */
  #failed(error: unknown): void {
    if (this.#ack === 'after') this.#current?.skip();
    this.#current = undefined;
    this.#onHandlerError(error);
  }

  #end(error: unknown): void {
    this.#ended = true;
    this.#error = error;
    for (const { resolve, reject } of this.#waiting.splice(0)) {
      if (error === undefined) resolve(DONE);
      else reject(error);
    }
  }
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | undefined)?.then === 'function';
}
