import { MqttError } from './error.ts';
import type { SessionStore } from './store.ts';

/**
 * Calls the store, if there is one, and then `done` or `failed`. Without a store `done` is called at once. `inOrder`: the call finishes
 * after all earlier calls of this kind, even if the store answers in another order.
 */
export type Keep = (
  call: (store: SessionStore) => unknown,
  done: () => void,
  failed?: (error: unknown) => void,
  inOrder?: boolean,
) => void;

/**
 * Calls of a store. Each is started at once. Only those that are told to the server in a fixed order wait for each other: a call that
 * is never answered, such as a `delete`, delays nothing but what depends on it.
 */
export function storeCalls(store: SessionStore | undefined, onFailure: (error: unknown) => void): Keep {
  if (!store) return (_, done) => done();
  const ordered: { finish?: () => void }[] = [];
  return (call, done, failed = onFailure, inOrder) => {
    const own: { finish?: () => void } = {};
    const calls = inOrder ? ordered : [];
    const end = (finish: () => void): void => {
      own.finish = finish;
      while (calls[0]?.finish) calls.shift()!.finish!();
    };
    calls.push(own);
    answer(
      () => call(store),
      () => end(done),
      (error) => end(() => failed(error)),
    );
  };
}

/** Calls a method of a store, which may answer at once or with a promise. Errors that `done` throws are not caught. */
export function answer<Result>(
  call: () => Result | PromiseLike<Result>,
  done: (result: Result) => void,
  failed: (error: unknown) => void,
): void {
  // A store that fails without a reason has failed all the same: `undefined` would count as done.
  const fail = (error: unknown): void => failed(error ?? new MqttError('session-lost', 'store'));
  let result: Result | PromiseLike<Result>;
  try {
    result = call();
    if (isPromise(result)) {
      result.then(done, fail);
      return;
    }
  } catch (error) {
    fail(error);
    return;
  }
  done(result as Result);
}

/** Whether a value is a promise, also one of another realm or library. */
export function isPromise(value: unknown): value is PromiseLike<never> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
}
