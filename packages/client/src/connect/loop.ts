// Serves a `for await` loop of the application over values that arrive at any time: calls of `next` wait for a value, or for the end.

type Result<Value> = IteratorResult<Value, undefined>;

/** The values of a loop. */
export interface Loop<Value> {
  /** Resolves with the next value when there is one. Rejects with the error that has ended the loop. */
  next(): Promise<Result<Value>>;
  /** Called when there may be a value. Returns whether a call of `next` was waiting for one. */
  serve(): boolean;
  /** Called when no more values come: with an error, unless it was closed in order. */
  end(error?: unknown): void;
}

/** What `next` resolves with at the end. */
export const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** Makes a loop. `take` removes and returns the oldest value; undefined if there is none. */
export function makeLoop<Value>(take: () => Value | undefined): Loop<Value> {
  const waiting: ((result: Result<Value> | Promise<Result<Value>>) => void)[] = [];
  let ended: (() => Promise<Result<Value>>) | undefined;
  return {
    async next() {
      const value = take();
      if (value) return { done: false, value };
      return ended?.() ?? new Promise((resolve) => waiting.push(resolve));
    },

    serve() {
      const awaited = waiting.length > 0;
      while (waiting.length) {
        const value = take();
        if (!value) break;
        waiting.shift()!({ done: false, value });
      }
      return awaited;
    },

    end(error) {
      ended = async () => {
        if (error !== undefined) throw error;
        return DONE;
      };
      for (const resolve of waiting.splice(0)) resolve(ended());
    },
  };
}
