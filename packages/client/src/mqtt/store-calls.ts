import type { SessionStore } from './store.ts';

/** Does something with the store if there is one, and then goes on with `done`, or with `failed`. */
export type Keep = (
  call: (store: SessionStore) => unknown,
  done: () => void,
  failed?: (error: unknown) => void,
) => void;

/** The calls to a store: started at once, and finished in the order of their start, whichever it answers first. */
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

/** Calls a method of a store, which answers at once or by a promise. What `done` throws is its caller's affair. */
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

/** Of whichever realm or library. */
export function isPromise(value: unknown): value is PromiseLike<never> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
}
