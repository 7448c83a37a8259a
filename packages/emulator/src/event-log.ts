import { PUBLISH } from '@mote/codec';
import type { EmulatorEvent } from './events.ts';

// What an iteration that begins late is still told, and what one that does not keep up may have waiting.
const EVENTS_KEPT = 4096;
const BYTES_KEPT = 4_194_304;

interface KeptEvent {
  readonly event: EmulatorEvent;
  readonly bytes: number;
}

/** Events for any number of readers. Nobody has to read; memory is bounded either way. */
export class EventLog implements AsyncIterable<EmulatorEvent> {
  /** A ring: event number n lies at n modulo its size. */
  readonly #kept: (KeptEvent | undefined)[] = new Array(EVENTS_KEPT);
  #first = 0;
  #next = 0;
  #bytesKept = 0;
  #closed = false;
  #wakeReaders: (() => void)[] = [];

  add(event: EmulatorEvent): void {
    const bytes = event.type === 'packet' && event.packet.type === PUBLISH ? event.packet.payload.length : 0;
    if (this.#next - this.#first === EVENTS_KEPT) this.#dropOldest();
    this.#kept[this.#next % EVENTS_KEPT] = { event, bytes };
    this.#next += 1;
    this.#bytesKept += bytes;
    while (this.#bytesKept > BYTES_KEPT) this.#dropOldest();
    if (this.#wakeReaders.length > 0) this.#wake();
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<EmulatorEvent, void, void> {
    for (let number = 0; ; number++) {
      while (number >= this.#next) {
        if (this.#closed) return;
        await new Promise<void>((resolve) => this.#wakeReaders.push(resolve));
      }
      // A reader that did not keep up goes on with the oldest that is left.
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
