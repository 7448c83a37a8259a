import { PUBLISH } from '@mote/codec';
import type { EmulatorEvent } from './events.ts';

// What an iteration that begins late is still told, and what one that does not keep up may have waiting.
const EVENTS_KEPT = 4096;
const BYTES_KEPT = 4_194_304;

/** Events for any number of readers. Nobody has to read; memory is bounded either way. */
export class EventLog implements AsyncIterable<EmulatorEvent> {
  readonly #kept: EmulatorEvent[] = [];
  #firstKept = 0;
  #bytesKept = 0;
  #closed = false;
  #wakeReaders: (() => void)[] = [];

  add(event: EmulatorEvent): void {
    this.#kept.push(event);
    this.#bytesKept += weight(event);
    while (this.#kept.length > EVENTS_KEPT || this.#bytesKept > BYTES_KEPT) {
      const dropped = this.#kept.shift();
      this.#firstKept += 1;
      this.#bytesKept -= dropped === undefined ? 0 : weight(dropped);
    }
    this.#wake();
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<EmulatorEvent, void, void> {
    for (let next = 0; ; next++) {
      while (next >= this.#firstKept + this.#kept.length) {
        if (this.#closed) return;
        await new Promise<void>((resolve) => this.#wakeReaders.push(resolve));
      }
      next = Math.max(next, this.#firstKept);
      const event = this.#kept[next - this.#firstKept];
      if (event !== undefined) yield event;
    }
  }

  #wake(): void {
    const readers = this.#wakeReaders;
    this.#wakeReaders = [];
    for (const wake of readers) wake();
  }
}

const weight = (event: EmulatorEvent): number =>
  event.type === 'packet' && event.packet.type === PUBLISH ? event.packet.payload.length : 0;
