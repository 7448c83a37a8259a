import { memoryStore, type SessionStore } from '../../../packages/client/src/mqtt/store.ts';

interface Call {
  readonly name: string;
  finish(error?: unknown): void;
}

/** A store whose answers the test gives, one by one. */
export class LateStore implements SessionStore {
  readonly records: SessionStore = memoryStore();
  /** Calls without an answer, the oldest first: `put out-1`. */
  readonly calls: Call[] = [];

  load(): ReturnType<SessionStore['load']> {
    return this.records.load();
  }

  put(key: string, bytes: Uint8Array): PromiseLike<void> {
    return this.#later(`put ${short(key)}`, () => this.records.put(key, bytes));
  }

  delete(key: string): PromiseLike<void> {
    return this.#later(`delete ${short(key)}`, () => this.records.delete(key));
  }

  clear(): unknown {
    return this.records.clear();
  }

  get names(): string[] {
    return this.calls.map(({ name }) => name);
  }

  /** Answers a call, the oldest unless told. What follows from it has happened when this returns. */
  answer(error?: unknown, index = 0): void {
    this.calls.splice(index, 1)[0]!.finish(error);
  }

  #later(name: string, act: () => unknown): PromiseLike<void> {
    const heard: { done: () => void; failed: (error: unknown) => void }[] = [];
    this.calls.push({
      name,
      finish(error) {
        if (error === undefined) act();
        for (const { done, failed } of heard) error === undefined ? done() : failed(error);
      },
    });
    return {
      // biome-ignore lint/suspicious/noThenProperty: a promise that answers within the turn, as none of the language's does
      then: (done: () => void, failed: (error: unknown) => void) => heard.push({ done, failed }),
    } as never;
  }
}

function short(key: string): string {
  return key.replace(/-0+/, '-');
}
