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

/** Called for each message. If it returns a promise, the next message waits until that has settled. */
export type MessageHandler = (message: ReceivedMessage) => unknown;

type Result = IteratorResult<ReceivedMessage, undefined>;

/** A subscription. Its messages come through a `for await` loop, or through the handler if `subscribe` got one. */
export interface MessageStream extends AsyncIterableIterator<ReceivedMessage> {
  /**
   * The granted QoS. Rejects with `subscribe-refused`, or, before the server answered, with the error that ended the client or the reason
   * of `signal`.
   */
  readonly granted: Promise<QoS>;
  /** Messages that were dropped because there was no room. */
  readonly dropped: number;
  /** The next message. The message before counts as done, and is acknowledged unless `ack` is `manual`. */
  next(): Promise<Result>;
  /** Called when the loop is left. The last message counts as done, and the subscription ends. */
  return(): Promise<IteratorReturnResult<undefined>>;
  [Symbol.asyncIterator](): MessageStream;
  /** Unsubscribes. Resolves when the server has answered, or at once if there is no connection. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Makes the stream of one subscription. `options` have been checked. */
export function messageStream(
  client: Client,
  topicFilter: string,
  { qos = 1, highWater = 100, whenFull = 'hold', ack = 'after', signal }: SubscribeOptions,
  handler: MessageHandler | undefined,
  { handlerError, words }: MqttObservers,
): MessageStream {
  const loop = makeLoop(take);
  /** The message that the loop body or the handler has now. */
  let current: ReceivedMessage | undefined;
  /** True while the handler has a message. */
  let busy = false;
  let ended = false;
  let ignoreSignal = (): void => {};
  const granted = deferred<QoS>();
  let subscription: Subscription | undefined;

  function onEnd(error?: unknown): void {
    ignoreSignal();
    words?.(error);
    granted.reject(error ?? new MqttError('closed', 'subscribe'));
    ended = true;
    loop.end(error);
  }

  function take(): ReceivedMessage | undefined {
    current = subscription?.take();
    if (ack === 'auto') current?.ack();
    return current;
  }

  function done(): void {
    if (ack === 'after') current?.ack();
    current = undefined;
  }

  /** The handler has failed: with `after` the server may send the message again later. The next ones follow. */
  function failed(error: unknown): void {
    if (ack === 'after') current?.skip();
    current = undefined;
    handlerError(error);
  }

  /** Calls the handler for one message after the other, until it returns a promise; then again when that has settled. */
  function handle(): void {
    busy = true;
    for (let message = take(); message; message = take()) {
      try {
        const result = handler!(message);
        if (isPromise(result)) {
          // The promise of another library may settle twice, and its `then` need not return a promise.
          Promise.resolve(result).then(done, failed).then(handle);
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
  const abort = (reason: unknown): unknown => [granted.reject(reason), subscription ? close() : onEnd()];
  ignoreSignal = onAbort(signal, abort, refuseOption);
  // Nothing is sent if the signal has aborted.
  if (!ended)
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
      onEnd,
    });
  // Messages of a Session from an earlier run may be there already.
  if (handler && !busy) handle();

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
