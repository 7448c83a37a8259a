import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { EmulatorEvent } from '@mote/emulator';
import type { Messages, Totals } from '../pages/dashboard/messages.ts';
import type { DeviceRoster } from './device-roster.ts';
import { noticeOf } from './notice-of.ts';

/** Long enough to put a burst into one message, short enough to look live. */
const BATCH_MS = 50;
const BATCH_EVENTS = 500;
/** Characters of JSON; one event may have a hundred thousand. */
const BATCH_SIZE = 262_144;

/**
 * Server-sent events to one browser. What a browser has not read is bounded: a batch waits for it and no further event is
 * taken; of the other messages only the newest of each name waits.
 */
export class EventStream {
  readonly #response: ServerResponse;
  /** Newest message of each name, for a browser that does not keep up. */
  readonly #waiting = new Map<string, string>();

  constructor(response: ServerResponse) {
    this.#response = response;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.on('drain', () => this.#sendWaiting());
  }

  get open(): boolean {
    return !this.#response.destroyed && !this.#response.writableEnded;
  }

  send<Name extends keyof Messages>(name: Name, message: Messages[Name]): void {
    this.#waiting.set(name, JSON.stringify(message));
    this.#sendWaiting();
  }

  /** How the devices stand, the recent past, and then what happens, until either side ends. */
  async follow(events: AsyncIterable<EmulatorEvent>, roster: DeviceRoster, totals: () => Totals): Promise<void> {
    let last = roster.counted;
    let pictured = last;
    this.send('devices', roster.picture);
    let batch: string[] = [];
    let size = 0;
    let timer: NodeJS.Timeout | undefined;
    const flush = async () => {
      clearTimeout(timer);
      timer = undefined;
      await this.#drained();
      if (batch.length > 0) {
        this.#write('notices', `[${batch.join(',')}]`);
        this.send('totals', totals());
      }
      batch = [];
      size = 0;
    };
    for await (const event of events) {
      if (!this.open) break;
      const number = roster.numberOf(event);
      if (number !== undefined && number > last + 1) {
        // Events went by that this browser, too slow, is never told.
        pictured = roster.counted;
        this.send('devices', roster.picture);
      }
      last = Math.max(last, number ?? last + 1);
      const notice = JSON.stringify(noticeOf(event, number !== undefined && number <= pictured));
      batch.push(notice);
      size += notice.length;
      timer ??= setTimeout(() => void flush(), BATCH_MS);
      if (batch.length >= BATCH_EVENTS || size >= BATCH_SIZE) await flush();
    }
    await flush();
    this.#response.end();
  }

  /** Resolves when the browser has read what was written, or is gone. */
  async #drained(): Promise<void> {
    const end = new AbortController();
    while (this.open && this.#response.writableNeedDrain) {
      const either = ['drain', 'close'].map((name) => once(this.#response, name, { signal: end.signal }));
      await Promise.race(either);
      for (const one of either) one.catch(() => {});
    }
    end.abort();
  }

  #sendWaiting(): void {
    for (const [name, data] of this.#waiting) {
      if (!this.open || this.#response.writableNeedDrain) return;
      this.#waiting.delete(name);
      this.#write(name, data);
    }
  }

  #write(name: string, data: string): void {
    if (this.open) this.#response.write(`event: ${name}\ndata: ${data}\n\n`);
  }
}
