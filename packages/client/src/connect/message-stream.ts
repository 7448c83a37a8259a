import type { QoS } from '@mote/codec';
import { onAbort } from '../abort.ts';
import type { Client } from '../mqtt/client-options.ts';
import { MqttError } from '../mqtt/error.ts';
import { isPromise } from '../mqtt/store-calls.ts';
import type { ReceivedMessage, Subscription } from '../mqtt/subscription.ts';
import { refuseOption } from './check-connect-options.ts';
import type { SubscribeOptions } from './connect-options.ts';

/** Called for one message after the other: the next one waits until its promise has settled. */
export type MessageHandler = (message: ReceivedMessage) => unknown;

type Result = IteratorResult<ReceivedMessage, undefined>;

/** One subscription of the application: an async iterable, or whatever calls its handler. */
export interface MessageStream extends AsyncIterableIterator<ReceivedMessage> {
  /** The QoS that the server has granted. Rejects with `subscribe-refused`, or with what has ended the client before. */
  readonly granted: Promise<QoS>;
  /** Messages that were not held because there was no room. */
  readonly dropped: number;
  /** The next message. The one before it is done, and acknowledged unless that is done by hand. */
  next(): Promise<Result>;
  /** The loop was left: the message is done, and nobody waits for another. */
  return(): Promise<IteratorReturnResult<undefined>>;
  [Symbol.asyncIterator](): MessageStream;
  /** UNSUBSCRIBE. Resolves when the server has answered, or when there is no connection to ask it on. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export function messageStream(
  client: Client,
  topicFilter: string,
  { qos = 1, highWater = 100, whenFull = 'hold', ack = 'after', signal }: SubscribeOptions,
  handler: MessageHandler | undefined,
  onHandlerError: (error: unknown) => void,
  words?: ((error: unknown) => void) | undefined,
): MessageStream {
  /** Those who wait for a message. */
  const waiting: { resolve(result: Result): void; reject(error: unknown): void }[] = [];
  /** In the loop body or the handler. */
  let current: ReceivedMessage | undefined;
  let busy = false;
  /** What a call of `next` gets once it has ended. */
  let ended: (() => Promise<Result>) | undefined;
  let grant!: (qos: QoS) => void;
  let refuse!: (error: unknown) => void;
  let ignoreSignal = (): void => {};
  const granted = new Promise<QoS>((resolve, reject) => {
    grant = resolve;
    refuse = reject;
  });
  // Who does not look at it is told by the loop.
  granted.catch(() => {});

  let subscription: Subscription | undefined;
  subscription = client.subscribe({
    topicFilter,
    qos,
    highWater,
    whenFull,
    onMessage() {
      const awaited = handler ? !busy : waiting.length > 0;
      if (awaited) {
        if (handler) handle();
        else waiting.shift()!.resolve({ done: false, value: take()! });
      }
      return awaited;
    },
    onGranted: grant,
    onEnd(error) {
      ignoreSignal();
      words?.(error);
      refuse(error ?? new MqttError('closed', 'subscribe'));
      ended = error === undefined ? async () => DONE : () => Promise.reject(error);
      for (const { resolve, reject } of waiting.splice(0)) ended().then(resolve, reject);
    },
  });

  function take(): ReceivedMessage | undefined {
    current = subscription?.take();
    if (ack === 'auto') current?.ack();
    return current;
  }

  function done(): void {
    if (ack === 'after') current?.ack();
    current = undefined;
  }

  /** The application has not done with it: the server keeps it, and those behind it go on. */
  function failed(error: unknown): void {
    if (ack === 'after') current?.skip();
    current = undefined;
    onHandlerError(error);
  }

  /** Calls the handler for what is held, until it takes its time for one. */
  function handle(): void {
    busy = true;
    for (let message = take(); message; message = take()) {
      try {
        const result = handler!(message);
        if (isPromise(result)) {
          result.then(done, failed).then(handle);
          return;
        }
        done();
      } catch (error) {
        failed(error);
      }
    }
    busy = false;
  }

  const close = (): Promise<void> =>
    new Promise((resolve) => (subscription ? client.unsubscribe(subscription, resolve) : resolve()));
  // Of a Session of an earlier run there may be messages already.
  if (handler && !busy) handle();
  if (!ended) ignoreSignal = onAbort(signal, close, refuseOption);

  return {
    granted,
    get dropped() {
      return subscription?.dropped ?? 0;
    },
    next() {
      done();
      const value = take();
      if (value) return Promise.resolve({ done: false, value });
      return ended?.() ?? new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    async return() {
      done();
      await close();
      return DONE;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };
