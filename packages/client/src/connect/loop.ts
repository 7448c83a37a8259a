// For a loop of the application over what comes when it comes: its calls of `next` wait for values, or for the end.

type Result<Value> = IteratorResult<Value, undefined>;

export interface Loop<Value> {
  /** The next value, when there is one. Rejects with what has ended it. */
  next(): Promise<Result<Value>>;
  /** There may be something to take. True when somebody has waited for it. */
  serve(): boolean;
  /** Nothing more comes: with the reason, unless it was closed in good order. */
  end(error?: unknown): void;
}

export const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** `take` gives the oldest value that is there. */
export function makeLoop<Value>(take: () => Value | undefined): Loop<Value> {
  const waiting: ((result: Result<Value> | Promise<Result<Value>>) => void)[] = [];
  let ended: (() => Promise<Result<Value>>) | undefined;
  const wanted = (): Value | undefined => (waiting.length ? take() : undefined);
  return {
    async next() {
      const value = take();
      if (value) return { done: false, value };
      return ended?.() ?? new Promise((resolve) => waiting.push(resolve));
    },

    serve() {
      const awaited = waiting.length > 0;
      for (let value = wanted(); value; value = wanted()) waiting.shift()!({ done: false, value });
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
