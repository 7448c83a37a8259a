import type { QoS } from '@mote/codec';
import { onAbort } from '../abort.ts';
import { HUB_FILTERS, readHubTopic } from '../azure/hub-topics.ts';
import type { SystemProperty } from '../azure/property-bag.ts';
import { DONE, makeLoop } from '../connect/loop.ts';
import { now } from '../driver.ts';
import { hubErrorOf, refuseHub } from '../hub/error.ts';
import { Inbox } from '../hub/inbox.ts';
import { parseJson } from '../hub/limits.ts';
import type { ReceivedMessage } from '../mqtt/subscription.ts';
import { deferred } from '../values.ts';
import type { HubLink, MessageLoop } from './hub-link.ts';
import type { MessagesOptions } from './hub-options.ts';
import { checkByRules, MESSAGES } from './hub-rules.ts';
import { type HubSubscription, subscribe } from './hub-subscription.ts';
import { makeTimer } from './timer.ts';

/** A cloud-to-device message. A property without a value is null. */
export interface DeviceMessage extends Readonly<Partial<Record<SystemProperty, string | null | undefined>>> {
  /** The bytes that the service has sent. They belong to the application. */
  readonly body: Uint8Array;
  /** The properties that the application has set. */
  readonly properties: Readonly<Record<string, string | null>>;
  /** For a module: the input on which it came. */
  readonly input?: string | undefined;
  /** True when the hub may have sent it before. */
  readonly duplicate: boolean;
  /** The body as text. Bytes that are not UTF-8 become U+FFFD. */
  text(): string;
  /** The body as JSON. Throws SyntaxError when it is not JSON. */
  json(): unknown;
  /** Acknowledges the message now: the hub removes it from its queue. */
  complete(): void;
}

/** The loop over cloud-to-device messages. Made by `device.messages`. */
export interface DeviceMessages extends AsyncIterableIterator<DeviceMessage> {
  /** Resolves with the QoS that the hub has granted. Rejects with HubError, or with the reason of `signal`. */
  readonly granted: Promise<number>;
  /** Number of messages that were dropped because the loop was busy. The hub sends them again. */
  readonly passedOver: number;
  /** The next message. The message before it is acknowledged. */
  next(): Promise<IteratorResult<DeviceMessage, undefined>>;
  /** Ends the loop: acknowledges its last message and unsubscribes. */
  return(): Promise<IteratorReturnResult<undefined>>;
  [Symbol.asyncIterator](): DeviceMessages;
}

/** Makes a loop, and subscribes to its messages. Throws HubError if an option is wrong, or if the device has ended. */
export function deviceMessages(link: HubLink, options: MessagesOptions): DeviceMessages {
  const { signal } = link.checked(() => checkByRules(options, MESSAGES));
  const inbox = new Inbox();
  const loop = makeLoop(take);
  const timer = makeTimer(() => {
    inbox.wake(now());
    schedule();
  });
  const aborted = deferred<QoS>();
  let stream: HubSubscription = { granted: aborted.promise, close: async () => {} };
  let ignoreSignal = (): void => {};

  const atLink: MessageLoop = {
    offline: () => inbox.clear(),

    renamed() {
      void stream.close();
      listen();
    },

    end(error) {
      if (!link.loops.delete(atLink)) return;
      ignoreSignal();
      timer(Infinity);
      loop.end(error);
    },
  };

  function listen(): void {
    const names = link.names();
    const filter = names.moduleId === undefined ? HUB_FILTERS.messages(names) : HUB_FILTERS.inputs(names);
    const opened = subscribe(link.client().client, filter, onMessage);
    stream = opened;
    opened.granted.catch((error: unknown) => {
      // Not if a newer subscription, for another device id, has replaced this one.
      if (opened === stream) atLink.end(link.explained(hubErrorOf(error)));
    });
  }

  function onMessage(message: ReceivedMessage): void {
    inbox.offer(message, now());
    loop.serve();
    schedule();
  }

  function schedule(): void {
    if (link.loops.has(atLink)) timer(inbox.wakeAt);
  }

  function take(): DeviceMessage | undefined {
    for (let message = inbox.take(); message; message = inbox.take()) {
      const value = messageOf(message);
      if (value) {
        schedule();
        return value;
      }
      // Its properties cannot be decoded. It is acknowledged all the same: the hub would only send the same bytes again.
      link.exchange.machine.ignored++;
    }
    return undefined;
  }

  async function leave(): Promise<IteratorReturnResult<undefined>> {
    inbox.done();
    inbox.clear();
    atLink.end();
    await stream.close();
    return DONE;
  }

  // Throws if the device has ended.
  link.client();
  link.loops.add(atLink);
  const abort = (reason: unknown): unknown => [aborted.reject(reason), leave()];
  ignoreSignal = onAbort(signal, abort, refuseHub);
  // Nothing is sent if the signal has aborted.
  if (link.loops.has(atLink)) listen();

  return {
    get granted() {
      return link.hubResult(Promise.race([stream.granted, aborted.promise]), { signal });
    },
    get passedOver() {
      return inbox.passedOver;
    },
    next: loop.next,
    return: leave,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function messageOf(message: ReceivedMessage): DeviceMessage | undefined {
  const topic = readHubTopic(message.topicName);
  if (!topic || !('properties' in topic)) return undefined;
  const { payload, duplicate } = message;
  return {
    ...topic.system,
    input: (topic as { readonly input?: string }).input,
    body: payload,
    properties: Object.fromEntries(topic.properties),
    duplicate,
    text: () => new TextDecoder().decode(payload),
    json: () => parseJson(payload),
    complete: () => message.ack(),
  };
}
