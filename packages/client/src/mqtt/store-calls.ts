import type { SessionStore } from './store.ts';

/** Calls the store, if there is one, and then `done` or `failed`. Without a store `done` is called at once. */
export type Keep = (
  call: (store: SessionStore) => unknown,
  done: () => void,
  failed?: (error: unknown) => void,
) => void;

/**
 * Calls of a store. Each is started at once, but they finish in the order in which they were started, even if the store answers in
 * another order.
 */
export function storeCalls(store: SessionStore | undefined, onFailure: (error: unknown) => void): Keep {
  if (!store) return (_, done) => done();
  const calls: { finish?: () => void }[] = [];
  return (call, done, failed = onFailure) => {
    const own: { finish?: () => void } = {};
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
  let result: Result | PromiseLike<Result>;
  try {
    result = call();
  } catch (error) {
    failed(error);
    return;
  }
  if (isPromise(result)) result.then(done, failed);
  else done(result as Result);
}

/** Whether a value is a promise, also one of another realm or library. */
export function isPromise(value: unknown): value is PromiseLike<never> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
}
