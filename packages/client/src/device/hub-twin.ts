import { now } from '../driver.ts';
import { Desired, type DesiredChange } from '../hub/desired.ts';
import type { HubLink } from './hub-link.ts';

/** The loop over desired properties. Made by `device.twin.desired`. */
export class DesiredChanges implements AsyncIterableIterator<DesiredChange> {
  readonly #link: HubLink;
  readonly #reader: Desired;
  readonly #waiting: {
    readonly resolve: (result: IteratorResult<DesiredChange, undefined>) => void;
    readonly reject: (error: unknown) => void;
  }[] = [];

  constructor(link: HubLink) {
    this.#link = link;
    this.#reader = new Desired(() => this.#serve());
    // Throws what has ended the device.
    void link.client;
    link.run(link.exchange.watch(this.#reader, now()));
  }

  next(): Promise<IteratorResult<DesiredChange, undefined>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#serve();
    });
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#link.exchange.unwatch(this.#reader);
    this.#reader.end(undefined);
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #serve(): void {
    const { error, ended } = this.#reader;
    for (let waiting = this.#waiting[0]; waiting; waiting = this.#waiting[0]) {
      const value = this.#reader.take();
      if (!value && !ended) return;
      this.#waiting.shift();
      if (value) waiting.resolve({ done: false, value });
      else if (error) waiting.reject(this.#link.spoken(error));
      else waiting.resolve({ done: true, value: undefined });
    }
  }
}
