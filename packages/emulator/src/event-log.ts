import { type KeptEvent, keepEvent } from './kept-event.ts';
import type { EmulatorEvent } from './service/events.ts';

/** Most events that are kept, for an iteration that begins late and for one that reads too slowly. */
const EVENTS_KEPT = 4096;
/** Most bytes of them: one event may hold a packet of a quarter megabyte. */
const BYTES_KEPT = 8_388_608;

/** Events for any number of readers. Memory is bounded, in events and in bytes, also when nobody reads. */
export class EventLog<T extends object = EmulatorEvent> implements AsyncIterable<T> {
  /** A ring: event number n lies at n modulo its size. */
  readonly #kept: (KeptEvent<T> | undefined)[] = new Array(EVENTS_KEPT);
  #first = 0;
  #next = 0;
  #bytesKept = 0;
  #closed = false;
  #wakeReaders: (() => void)[] = [];

  add(event: T): void {
    const kept = keepEvent(event);
    if (this.#next - this.#first === EVENTS_KEPT) this.#dropOldest();
    this.#kept[this.#next % EVENTS_KEPT] = kept;
    this.#next += 1;
    this.#bytesKept += kept.bytes;
    while (this.#bytesKept > BYTES_KEPT) this.#dropOldest();
    if (this.#wakeReaders.length > 0) this.#wake();
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** The kept events, oldest first. */
  recent(): T[] {
    const events: T[] = [];
    for (let number = this.#first; number < this.#next; number++) {
      const kept = this.#kept[number % EVENTS_KEPT];
      if (kept !== undefined) events.push(kept.event);
    }
    return events;
  }

  /** Estimated bytes of memory that the kept events take. */
  get bytesKept(): number {
    return this.#bytesKept;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for (let number = 0; ; number++) {
      while (number >= this.#next) {
        if (this.#closed) return;
        await new Promise<void>((resolve) => this.#wakeReaders.push(resolve));
      }
      // A reader that was too slow continues with the oldest event that is left.
      number = Math.max(number, this.#first);
      const kept = this.#kept[number % EVENTS_KEPT];
      if (kept !== undefined) yield kept.event;
    }
  }

  #dropOldest(): void {
    this.#bytesKept -= this.#kept[this.#first % EVENTS_KEPT]?.bytes ?? 0;
    this.#kept[this.#first % EVENTS_KEPT] = undefined;
    this.#first += 1;
  }

  #wake(): void {
    const readers = this.#wakeReaders;
    this.#wakeReaders = [];
    for (const wake of readers) wake();
  }
}
