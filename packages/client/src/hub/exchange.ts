import { type HubFilter, readHubTopic } from '../azure/hub-topics.ts';
import { Actions } from '../mqtt/actions.ts';
import type { MqttError } from '../mqtt/error.ts';
import { tagOf } from '../values.ts';
import type { Desired } from './desired.ts';
import type { HubError } from './error.ts';
import { parseJson } from './limits.ts';
import { type MethodCall, makeMethodCalls } from './method-calls.ts';
import { type HubRequest, makeRequests } from './requests.ts';

// The machine for what device and hub ask each other: requests with a `$rid`, method calls, changes of the twin.
// Messages and the time come in, actions go out. A message that answers no request and is no method call is ignored and counted.

/** Milliseconds for one attempt to read the whole twin. */
const READ_MS = 30_000;

/** What a HubExchange asks its driver to do, in this order. */
export type HubAction =
  /** Subscribe now, and again in every new Session. Call `refused` if the hub does not grant it. */
  | { readonly type: 'subscribe'; readonly filter: HubFilter }
  /** Publish at QoS 0. A request that is lost is asked again with a new `$rid`, so resending would not help. */
  | { readonly type: 'publish'; readonly topicName: string; readonly text: string }
  /** Run the handler of this call, then call `answer`. */
  | { readonly type: 'call'; readonly call: MethodCall }
  /** The hub no longer waits for the answer of this call. */
  | { readonly type: 'cancel'; readonly requestId: string }
  /** Call `wake` at this time. Replaces the time of an earlier `wait`. */
  | { readonly type: 'wait'; readonly until: number };

/** The machine of the exchange. Each call returns the actions that it causes, in their order. */
export interface HubExchange {
  /** Number of messages that answered no request and were no method call for us. */
  ignored: number;
  /** True while a method handler runs. */
  readonly busy: boolean;
  /** Sends a request to the hub, now or as soon as there is a connection. */
  ask(request: HubRequest): readonly HubAction[];
  /** The caller gives up a request: it settles with this error. */
  withdraw(request: HubRequest, error: unknown): readonly HubAction[];
  /** Takes calls of this method; `*` takes every method. */
  listen(name: string): readonly HubAction[];
  /** Stops taking calls of this method: they are answered with 404. */
  ignore(name: string): void;
  /** Answers a call. `text` is JSON, or empty. Nothing is sent when the hub no longer waits for it. */
  answer(requestId: string, status: number, text: string): readonly HubAction[];
  /** Adds a reader of the desired properties. */
  watch(reader: Desired, now: number): readonly HubAction[];
  /** Removes a reader. It gets no change any more. */
  unwatch(reader: Desired): void;
  /** The connection is open. `anew`: in a new Session. `moved`: at another hub, or under another device id. */
  online(anew: boolean, moved: boolean, now: number): readonly HubAction[];
  /** The connection is lost. Requests are sent again on the next one; calls end, since their caller has its error. */
  offline(): readonly HubAction[];
  /** The hub has refused this subscription. Requests and readers that need it end with the error. */
  refused(filter: HubFilter, error: HubError | MqttError): readonly HubAction[];
  /** A message of the hub has come, other than one for the application. */
  receive(topicName: string, payload: Uint8Array, now: number): readonly HubAction[];
  /** Time has passed. A call that comes too early, or once too often, does no harm. */
  wake(now: number): readonly HubAction[];
  /** The device has ended: everything that waits ends, too. `error` is undefined after a normal close. */
  close(error?: HubError | MqttError): readonly HubAction[];
}

/** `makeId` returns a new request id that no peer can guess: 4 to 36 letters, digits and hyphens. */
export function makeExchange(makeId: () => string): HubExchange {
  const actions = new Actions<HubAction>();
  let online = false;
  let now = 0;
  const filters = new Set<HubFilter>();
  /** Each reader, with its request for the whole twin while one is under way. */
  const readers = new Map<Desired, HubRequest | undefined>();
  const publish = (topicName: string, text: string): void => {
    actions.push({ type: 'publish', topicName, text });
  };
  const requests = makeRequests(makeId, publish);
  const calls = makeMethodCalls({
    publish,
    call: (call) => actions.push({ type: 'call', call }),
    cancel: (requestId) => actions.push({ type: 'cancel', requestId }),
  });

  /** Runs one event at this time and returns the actions that it causes. */
  function turn(happen: () => void, at = now): readonly HubAction[] {
    now = at;
    happen();
    if (online) {
      read();
      requests.send();
    }
    exchange.busy = calls.count() > 0;
    // Infinity while offline.
    const readAt = [...readers.keys()].map((reader) => reader.readAt);
    return actions.take(Math.min(requests.dueAt(), calls.dueAt(), ...readAt));
  }

  function subscribe(filter: HubFilter): void {
    if (filters.has(filter)) return;
    filters.add(filter);
    actions.push({ type: 'subscribe', filter });
  }

  /** Sends the request for the whole twin for each reader that needs it now. */
  function read(): void {
    for (const reader of readers.keys()) {
      if (now < reader.readAt) continue;
      reader.asked();
      const request: HubRequest = {
        type: 'twin-get',
        body: '',
        dueAt: now + READ_MS,
        settle(error, answer) {
          if (!readers.has(reader)) return;
          readers.set(reader, undefined);
          const desired = Object(Object(answer?.body).desired) as Readonly<Record<string, unknown>>;
          if (error !== undefined || !Number.isInteger(desired['$version'])) reader.failed(now);
          else if (!reader.whole(desired, now)) exchange.ignored++;
        },
      };
      readers.set(reader, request);
      requests.add(request);
    }
  }

  /** Gives a change of the desired properties to the readers. False when none of them needs it. */
  function onDesired(version: number, payload: Uint8Array): boolean {
    let patch: unknown;
    try {
      patch = parseJson(payload);
    } catch {}
    if (tagOf(patch) !== 'Object') return false;
    const taken = [...readers.keys()].filter((reader) =>
      reader.changed(version, patch as Readonly<Record<string, unknown>>, now),
    );
    return taken.length > 0;
  }

  /** Gives a message to whoever waits for it. False when nobody does. */
  function onMessage(topicName: string, payload: Uint8Array): boolean {
    const topic = readHubTopic(topicName);
    if (topic?.type === 'method') return calls.receive(topic.name, topic.requestId, payload, now);
    if (topic?.type === 'twin-desired') return onDesired(topic.version, payload);
    return topic !== undefined && 'status' in topic && requests.answer(topic, payload);
  }

  function goOffline(): void {
    online = false;
    requests.offline();
    calls.offline();
    for (const reader of readers.keys()) reader.offline();
  }

  function endReaders(error: HubError | MqttError | undefined): void {
    for (const reader of [...readers.keys()]) {
      exchange.unwatch(reader);
      reader.end(error);
    }
  }

  const exchange: { -readonly [Member in keyof HubExchange]: HubExchange[Member] } = {
    ignored: 0,
    busy: false,

    ask: (request) =>
      turn(() => {
        subscribe(request.type === 'issue-certificate' ? 'credentials' : 'twinResponses');
        requests.add(request);
      }),

    withdraw: (request, error) => turn(() => requests.fail(request, error)),

    listen: (name) =>
      turn(() => {
        subscribe('methods');
        calls.names.add(name);
      }),

    ignore(name) {
      calls.names.delete(name);
    },

    answer: (requestId, status, text) => turn(() => calls.answer(requestId, status, text)),

    watch: (reader, at) =>
      turn(() => {
        subscribe('twinDesired');
        subscribe('twinResponses');
        readers.set(reader, undefined);
        if (!online) reader.offline();
      }, at),

    unwatch(reader) {
      requests.drop(readers.get(reader));
      readers.delete(reader);
    },

    online: (anew, moved, at) =>
      turn(() => {
        online = true;
        for (const [reader, request] of readers) {
          requests.drop(request);
          reader.online(anew, moved);
        }
        if (anew) requests.anew();
      }, at),

    offline: () => turn(goOffline),

    refused: (filter, error) =>
      turn(() => {
        filters.delete(filter);
        if (filter === 'credentials' || filter === 'twinResponses') requests.failAll(error, filter === 'credentials');
        if (filter.startsWith('twin')) endReaders(error);
      }),

    receive: (topicName, payload, at) =>
      turn(() => {
        if (!onMessage(topicName, payload)) exchange.ignored++;
      }, at),

    wake(at) {
      actions.woken();
      return turn(() => {
        requests.wake(at);
        calls.wake(at);
      }, at);
    },

    close: (error) =>
      turn(() => {
        goOffline();
        requests.failAll(error);
        endReaders(error);
      }),
  };
  return exchange;
}
