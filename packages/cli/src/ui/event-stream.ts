import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { EmulatorEvent } from '@mote/emulator';
import type { Messages, Notice } from '../pages/dashboard/messages.ts';
import { noticeOf } from './notice-of.ts';

/** Long enough to put a burst into one message, short enough to look live. */
const BATCH_MS = 50;
const BATCH_EVENTS = 500;

/** Server-sent events to one browser. */
export class EventStream {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
  }

  get open(): boolean {
    return !this.#response.destroyed && !this.#response.writableEnded;
  }

  send<Name extends keyof Messages>(name: Name, message: Messages[Name]): void {
    if (this.open) this.#response.write(`event: ${name}\ndata: ${JSON.stringify(message)}\n\n`);
  }

  /** The recent past and then what happens, until either side ends. A browser that does not keep up holds back only itself. */
  async follow(events: AsyncIterable<EmulatorEvent>): Promise<void> {
    let batch: Notice[] = [];
    const flush = () => {
      clearTimeout(timer);
      timer = undefined;
      if (batch.length > 0) this.send('notices', batch);
      batch = [];
    };
    let timer: NodeJS.Timeout | undefined;
    for await (const event of events) {
      if (!this.open) break;
      batch.push(noticeOf(event));
      timer ??= setTimeout(flush, BATCH_MS);
      if (batch.length < BATCH_EVENTS) continue;
      flush();
      if (this.#response.writableNeedDrain)
        await Promise.race([once(this.#response, 'drain'), once(this.#response, 'close')]);
    }
    flush();
    this.#response.end();
  }
}
