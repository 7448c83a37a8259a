import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { EmulatorEvent } from '@mote/emulator';
import type { Messages, Totals } from '../pages/dashboard/messages.ts';
import type { DeviceStatuses } from './device-statuses.ts';
import { noticeOf } from './notice-of.ts';

/** Milliseconds that events are collected: long enough for one message per burst, and too short for a person to notice. */
const BATCH_MS = 50;
/** Most events in one message: the page draws its list once for each. */
const BATCH_EVENTS = 500;
/** Characters of JSON in one message. A single event may have a hundred thousand. */
const BATCH_SIZE = 262_144;

/**
 * Server-sent events to one browser. Memory for a slow browser is bounded: while a batch waits for it no further event is read, and of
 * all other messages only the newest of each name waits.
 */
export class EventStream {
  readonly #response: ServerResponse;
  /** The newest message of each name that a slow browser has not got yet. */
  readonly #waiting = new Map<string, string>();

  constructor(response: ServerResponse) {
    this.#response = response;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.on('drain', () => this.#sendWaiting());
  }

  get open(): boolean {
    return !this.#response.destroyed && !this.#response.writableEnded;
  }

  /** Sends a message now, or when the browser has room. A newer one of the same name then replaces it. */
  send<Name extends keyof Messages>(name: Name, message: Messages[Name]): void {
    this.#waiting.set(name, JSON.stringify(message));
    this.#sendWaiting();
  }

  /** Sends the states of all devices, then the events that are kept, then each new event, until browser or emulator end. */
  async follow(events: AsyncIterable<EmulatorEvent>, statuses: DeviceStatuses, totals: () => Totals): Promise<void> {
    let last = statuses.counted;
    let told = last;
    this.send('devices', statuses.message);
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
      const number = statuses.numberOf(event);
      if (number !== undefined && number > last + 1) {
        // The browser was too slow, and events in between are no longer kept. So it gets the states of all devices again.
        told = statuses.counted;
        this.send('devices', statuses.message);
      }
      last = Math.max(last, number ?? last + 1);
      const notice = JSON.stringify(noticeOf(event, number !== undefined && number <= told));
      batch.push(notice);
      size += notice.length;
      timer ??= setTimeout(() => void flush(), BATCH_MS);
      if (batch.length >= BATCH_EVENTS || size >= BATCH_SIZE) await flush();
    }
    await flush();
    this.#response.end();
  }

  /** Resolves when the browser has room again, or is gone. */
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
