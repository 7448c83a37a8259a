import { type HubFilter, readHubTopic } from '../azure/hub-topics.ts';
import { Actions } from '../mqtt/actions.ts';
import type { MqttError } from '../mqtt/error.ts';
import type { Desired } from './desired.ts';
import type { HubError } from './error.ts';
import { parseJson, tagOf } from './limits.ts';
import { type MethodCall, makeMethodCalls } from './method-calls.ts';
import { type HubRequest, makeRequests } from './requests.ts';

// What a device and its hub ask each other: requests by `$rid`, method calls, changes of the twin.
// Messages and time come in, actions go out. What no question of ours explains is ignored and counted.

/** For one attempt to read the whole of the twin. */
const READ_MS = 30_000;

export type HubAction =
  /** Subscribe, now and in every new Session; call `refused` if the hub does not grant it. */
  | { readonly type: 'subscribe'; readonly filter: HubFilter }
  /** QoS 0: it is asked again rather than sent again. */
  | { readonly type: 'publish'; readonly topicName: string; readonly text: string }
  | { readonly type: 'call'; readonly call: MethodCall }
  /** Nobody waits for this answer any more. */
  | { readonly type: 'cancel'; readonly requestId: string }
  /** Call `wake` at this time; it replaces what was asked before. */
  | { readonly type: 'wait'; readonly until: number };

export interface HubExchange {
  /** Messages that no question of ours, or no method call of the hub's, explains. */
  ignored: number;
  /** Whether a method of ours is running. */
  readonly busy: boolean;
  /** Asks the hub, now or when there is a connection. */
  ask(request: HubRequest): readonly HubAction[];
  /** The caller gives a request up. */
  withdraw(request: HubRequest, error: unknown): readonly HubAction[];
  /** Calls of this method are for us; `*` is every one. */
  listen(name: string): readonly HubAction[];
  /** They are answered with 404 from now on. */
  ignore(name: string): void;
  /** `text`: JSON, or nothing. Of a call that nobody waits for any more nothing is sent. */
  answer(requestId: string, status: number, text: string): readonly HubAction[];
  /** A reader of the desired properties. */
  watch(reader: Desired, now: number): readonly HubAction[];
  unwatch(reader: Desired): void;
  /** `anew`: in another Session than the last one; `moved`: at another hub, or under another name. */
  online(anew: boolean, moved: boolean, now: number): readonly HubAction[];
  offline(): readonly HubAction[];
  /** The hub does not grant this filter: what needs it ends. */
  refused(filter: HubFilter, error: HubError | MqttError): readonly HubAction[];
  receive(topicName: string, payload: Uint8Array, now: number): readonly HubAction[];
  /** Time has passed. A call too many does no harm. */
  wake(now: number): readonly HubAction[];
  /** Nothing more comes: with the reason, unless it was closed in good order. */
  close(error?: HubError | MqttError): readonly HubAction[];
}

/** `makeId` makes request ids that cannot be guessed: 4 to 36 letters, digits and hyphens. */
export function makeExchange(makeId: () => string): HubExchange {
  const actions = new Actions<HubAction>();
  let online = false;
  let now = 0;
  const filters = new Set<HubFilter>();
  /** Each with the request for the whole that it waits for. */
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

  /** Lets something happen, and gives out what follows from it. */
  function turn(happen: () => void, at = now): readonly HubAction[] {
    now = at;
    happen();
    if (online) {
      read();
      requests.send();
    }
    exchange.busy = calls.count() > 0;
    const readAt = online ? [...readers.keys()].map((reader) => reader.readAt) : [];
    return actions.take(Math.min(requests.dueAt(), calls.dueAt(), ...readAt));
  }

  function subscribe(filter: HubFilter): void {
    if (filters.has(filter)) return;
    filters.add(filter);
    actions.push({ type: 'subscribe', filter });
  }

  /** Asks for the whole where a reader needs it. */
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

  /** Whether a reader takes the change. */
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

  /** Whether there is somebody whom this concerns. */
  function onMessage(topicName: string, payload: Uint8Array): boolean {
    const topic = readHubTopic(topicName);
    if (topic?.type === 'method') return calls.receive(topic.name, topic.requestId, payload, now);
    if (topic?.type === 'twin-desired') return onDesired(topic.version, payload);
    if (topic?.type === 'twin-response' || topic?.type === 'credential-response')
      return requests.answer(topic, payload);
    return false;
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
        if (filter === 'twinDesired' || filter === 'twinResponses') endReaders(error);
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
