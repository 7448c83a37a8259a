import { MqttError } from './error.ts';
import type { SessionStore } from './store.ts';

/**
 * Calls the store, if there is one, and then `done` or `failed`, which may throw. Without a store `done` is called at once. `inOrder`: the
 * call finishes after all earlier calls of this kind, even if the store answers in another order.
 */
export type CallStore = <Result>(
  call: (store: SessionStore) => Result | PromiseLike<Result>,
  done: (result: Result) => void,
  failed?: (error: unknown) => void,
  inOrder?: boolean,
) => void;

/**
 * Calls of a store, which may answer at once or with a promise. Each is started at once. Only those that are told to the server in a fixed
 * order wait for each other: a call that is never answered, such as a `delete`, delays nothing but what depends on it.
 */
export function storeCaller(store: SessionStore | undefined, onFailure: (error: unknown) => void): CallStore {
  if (!store) return (_, done) => done(undefined as never);
  const ordered: { finish?: () => void }[] = [];
  return (call, done, failed = onFailure, inOrder) => {
    const own: { finish?: () => void } = {};
    const calls = inOrder ? ordered : [];
    const end = (finish: () => void): void => {
      // A promise of another library may settle twice, or throw when it has settled: the first answer counts.
      own.finish ??= finish;
      while (calls[0]?.finish) calls.shift()!.finish!();
    };
    calls.push(own);
    const fail = (cause: unknown): void =>
      end(() => failed(new MqttError('session-lost', 'store', { cause, reason: 'store-failed' })));
    const succeed = (result: Awaited<ReturnType<typeof call>>): void => end(() => done(result));
    let result: ReturnType<typeof call>;
    try {
      result = call(store);
      if (isPromise(result)) {
        result.then(succeed, fail);
        return;
      }
    } catch (error) {
      fail(error);
      return;
    }
    succeed(result as Awaited<typeof result>);
  };
}

/** Whether a value is a promise, also one of another realm or library. */
export function isPromise(value: unknown): value is PromiseLike<never> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
}
