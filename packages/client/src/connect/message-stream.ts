import type { QoS } from '@mote/codec';
import { onAbort } from '../abort.ts';
import type { Client } from '../mqtt/client-options.ts';
import { MqttError } from '../mqtt/error.ts';
import { isPromise } from '../mqtt/store-calls.ts';
import type { ReceivedMessage, Subscription } from '../mqtt/subscription.ts';
import { deferred } from '../values.ts';
import type { SubscribeOptions } from './connect-options.ts';
import { DONE, makeLoop } from './loop.ts';
import type { MqttObservers } from './mqtt-callbacks.ts';
import { refuseOption } from './shared-rules.ts';

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
  { handlerError, words }: MqttObservers,
): MessageStream {
  const loop = makeLoop(take);
  /** In the loop body or the handler. */
  let current: ReceivedMessage | undefined;
  let busy = false;
  let ended = false;
  let ignoreSignal = (): void => {};
  const granted = deferred<QoS>();
  let subscription: Subscription | undefined;
  subscription = client.subscribe({
    topicFilter,
    qos,
    highWater,
    whenFull,
    onMessage() {
      if (!handler) return loop.serve();
      const awaited = !busy;
      if (awaited) handle();
      return awaited;
    },
    onGranted: granted.resolve,
    onEnd(error) {
      ignoreSignal();
      words?.(error);
      granted.reject(error ?? new MqttError('closed', 'subscribe'));
      ended = true;
      loop.end(error);
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
    handlerError(error);
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
    granted: granted.promise,
    get dropped() {
      return subscription?.dropped ?? 0;
    },
    next() {
      done();
      return loop.next();
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
