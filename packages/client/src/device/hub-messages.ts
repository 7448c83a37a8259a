import { onAbort } from '../abort.ts';
import { HUB_FILTERS, readHubTopic } from '../azure/hub-topics.ts';
import type { SystemProperty } from '../azure/property-bag.ts';
import type { MessageStream } from '../connect/message-stream.ts';
import { now } from '../driver.ts';
import { hubErrorOf, refuseHub } from '../hub/error.ts';
import { Inbox } from '../hub/inbox.ts';
import { parseJson } from '../hub/limits.ts';
import type { ReceivedMessage } from '../mqtt/subscription.ts';
import type { HubLink } from './hub-link.ts';

export interface MessagesOptions {
  /** Ends the loop. */
  readonly signal?: AbortSignal | undefined;
}

/** A message of the hub to the device. Of a property that has no value it has null. */
export interface DeviceMessage extends Readonly<Partial<Record<SystemProperty, string | null | undefined>>> {
  readonly body: Uint8Array;
  /** The application's own. */
  readonly properties: Readonly<Record<string, string | null>>;
  /** Of a module: the input that it came to. */
  readonly input?: string | undefined;
  /** It may have been here before. */
  readonly duplicate: boolean;
  /** The body as text; what is not UTF-8 becomes U+FFFD. */
  text(): string;
  /** The body as JSON. Throws SyntaxError when it is none. */
  json(): unknown;
  /** Acknowledges it now: the hub forgets it. */
  complete(): void;
}

/** The loop over messages. Made by `device.messages`. */
export class DeviceMessages implements AsyncIterableIterator<DeviceMessage> {
  readonly #link: HubLink;
  readonly #inbox = new Inbox();
  readonly #stream: MessageStream;
  readonly #gone: () => void;
  #ignoreSignal: () => void = () => {};
  readonly #waiting: {
    readonly resolve: (result: IteratorResult<DeviceMessage, undefined>) => void;
    readonly reject: (error: unknown) => void;
  }[] = [];
  #ended = false;
  #error: unknown;

  constructor(link: HubLink, { signal }: MessagesOptions, gone: () => void) {
    this.#link = link;
    this.#gone = gone;
    const filter = link.moduleId === undefined ? HUB_FILTERS.messages(link) : HUB_FILTERS.inputs(link);
    this.#stream = link.client.subscribe(filter, (message) => this.#onMessage(message), { ack: 'manual' });
    this.#stream.granted.catch((error: unknown) => this.end(link.spoken(hubErrorOf(error))));
    this.#ignoreSignal = onAbort(signal, () => void this.return(), refuseHub);
  }

  /** The QoS that the hub has granted. Rejects with HubError. */
  get granted(): Promise<number> {
    return this.#link.told(this.#stream.granted);
  }

  /** Messages that were let go because the loop was busy: the hub gives them out again. */
  get passedOver(): number {
    return this.#inbox.passedOver;
  }

  /** When `wake` is to be called. */
  get wakeAt(): number {
    return this.#inbox.wakeAt;
  }

  wake(at: number): void {
    this.#inbox.wake(at);
  }

  offline(): void {
    this.#inbox.clear();
  }

  /** The next message. The one before it is done. */
  next(): Promise<IteratorResult<DeviceMessage, undefined>> {
    const value = this.#take();
    if (value) return Promise.resolve({ done: false, value });
    if (this.#ended) return this.#error === undefined ? Promise.resolve(DONE) : Promise.reject(this.#error);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** The loop was left: its last message is done, and the hub is told that nobody waits for another. */
  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#inbox.done();
    this.#inbox.clear();
    this.end();
    await this.#stream.close();
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#gone();
    this.#ignoreSignal();
    for (const { resolve, reject } of this.#waiting.splice(0)) {
      if (error === undefined) resolve(DONE);
      else reject(error);
    }
  }

  #onMessage(message: ReceivedMessage): void {
    this.#inbox.offer(message, now());
    const waiting = this.#waiting[0];
    const value = waiting && this.#take();
    if (value) this.#waiting.shift()!.resolve({ done: false, value });
    this.#link.schedule();
  }

  #take(): DeviceMessage | undefined {
    for (let message = this.#inbox.take(); message; message = this.#inbox.take()) {
      const value = messageOf(message);
      if (value) {
        this.#link.schedule();
        return value;
      }
      // Its properties cannot be read: no second try makes them better.
      this.#link.exchange.ignored++;
    }
    return undefined;
  }
}

function messageOf(message: ReceivedMessage): DeviceMessage | undefined {
  const topic = readHubTopic(message.topicName);
  if (topic?.type !== 'message' && topic?.type !== 'input') return undefined;
  const { payload, duplicate } = message;
  return {
    ...topic.system,
    ...(topic.type === 'input' && { input: topic.input }),
    body: payload,
    properties: Object.fromEntries(topic.properties),
    duplicate,
    text: () => new TextDecoder().decode(payload),
    json: () => parseJson(payload),
    complete: () => message.ack(),
  };
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };
