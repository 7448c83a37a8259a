import {
  type HubFilter,
  issueCertificateTopic,
  methodResponseTopic,
  readHubTopic,
  twinGetTopic,
  twinReportTopic,
} from '../azure/hub-topics.ts';
import type { MqttError } from '../mqtt/error.ts';
import type { Desired } from './desired.ts';
import { HubError, type HubErrorCode } from './error.ts';
import { parseJson } from './limits.ts';

// What a device and its hub ask each other: requests by `$rid`, method calls, changes of the twin.
// - Messages and time come in, actions go out. What a request comes to is told to its `settle`, once.
// - A request lives over connections: each of them asks it anew, with an id that nobody can guess. What is answered under another id,
//   twice, or before it was asked, is ignored and counted.
// - A method call belongs to its connection: its caller is gone with it.

/** For the caller of a method there is no answer later than this. */
const CALL_MS = 300_000;
/** More at once are answered with 429: a hub allows fewer. */
const MOST_CALLS = 100;
/** For one attempt to read the whole of the twin. */
const READ_MS = 30_000;

export type HubRequestType = 'twin-get' | 'twin-report' | 'issue-certificate';

export interface HubRequest {
  readonly type: HubRequestType;
  readonly body: string;
  readonly dueAt: number;
  /** Called once: with the answer, or with why there is none. */
  readonly settle: (error: unknown, answer?: HubAnswer) => void;
}

export interface HubAnswer {
  /** Undefined when there was none. */
  readonly body: unknown;
  /** Of the reported properties, after a change of them. */
  readonly version?: number | undefined;
}

/** Call `answer` with its request id. */
export interface MethodCall {
  readonly name: string;
  readonly requestId: string;
  /** Undefined when there is none. */
  readonly payload: unknown;
}

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

const TOPICS: Readonly<Record<HubRequestType, (requestId: string) => string>> = {
  'twin-get': twinGetTopic,
  'twin-report': twinReportTopic,
  'issue-certificate': issueCertificateTopic,
};

export class HubExchange {
  /** Messages that no question of ours, or no method call of the hub's, explains. */
  ignored = 0;
  readonly #requestId: () => string;
  #actions: HubAction[] = [];
  #online = false;
  readonly #filters = new Set<HubFilter>();
  /** In the order in which they were made; the id is undefined while they were not asked on this connection. */
  readonly #requests = new Map<HubRequest, { requestId?: string | undefined; accepted: boolean }>();
  readonly #methods = new Set<string>();
  readonly #calls = new Map<string, number>();
  readonly #readers = new Map<Desired, HubRequest | undefined>();
  #now = 0;
  #timerAt = Infinity;

  /** `requestId` makes ids that cannot be guessed: 4 to 36 letters, digits and hyphens. */
  constructor(requestId: () => string) {
    this.#requestId = requestId;
  }

  /** Whether a method of ours is running. */
  get busy(): boolean {
    return this.#calls.size > 0;
  }

  /** Asks the hub, now or when there is a connection. */
  ask(request: HubRequest): readonly HubAction[] {
    this.#subscribe(request.type === 'issue-certificate' ? 'credentials' : 'twinResponses');
    this.#requests.set(request, { accepted: false });
    return this.#take();
  }

  /** The caller gives a request up. */
  withdraw(request: HubRequest, error: unknown): readonly HubAction[] {
    if (this.#requests.delete(request)) request.settle(error);
    return this.#take();
  }

  /** Calls of this method are for us; `*` is every one. */
  listen(name: string): readonly HubAction[] {
    this.#subscribe('methods');
    this.#methods.add(name);
    return this.#take();
  }

  /** They are answered with 404 from now on. */
  ignore(name: string): void {
    this.#methods.delete(name);
  }

  /** `text`: JSON, or nothing. Of a call that nobody waits for any more nothing is sent. */
  answer(requestId: string, status: number, text: string): readonly HubAction[] {
    if (this.#calls.delete(requestId)) this.#publish(methodResponseTopic(status, requestId), text);
    return this.#take();
  }

  /** A reader of the desired properties. */
  watch(reader: Desired, now: number): readonly HubAction[] {
    this.#subscribe('twinDesired');
    this.#subscribe('twinResponses');
    this.#readers.set(reader, undefined);
    if (!this.#online) reader.offline();
    this.#read(now);
    return this.#take();
  }

  unwatch(reader: Desired): void {
    const request = this.#readers.get(reader);
    if (request) this.#requests.delete(request);
    this.#readers.delete(reader);
  }

  /** `anew`: in another Session than the last one; `moved`: at another hub, or under another name. */
  online(anew: boolean, moved: boolean, now: number): readonly HubAction[] {
    this.#online = true;
    // One that was accepted is answered in its Session, without being asked again.
    if (anew) for (const request of this.#requests.keys()) this.#requests.set(request, { accepted: false });
    for (const [reader, request] of this.#readers) {
      if (request) this.#requests.delete(request);
      reader.online(anew, moved);
    }
    this.#read(now);
    return this.#take();
  }

  offline(): readonly HubAction[] {
    this.#online = false;
    for (const requestId of this.#calls.keys()) this.#actions.push({ type: 'cancel', requestId });
    this.#calls.clear();
    for (const [, state] of this.#requests) if (!state.accepted) state.requestId = undefined;
    for (const reader of this.#readers.keys()) reader.offline();
    return this.#take();
  }

  /** The hub does not grant this filter: what needs it ends. */
  refused(filter: HubFilter, error: HubError | MqttError): readonly HubAction[] {
    this.#filters.delete(filter);
    const credentials = filter === 'credentials';
    for (const request of [...this.#requests.keys()])
      if ((credentials || filter === 'twinResponses') && (request.type === 'issue-certificate') === credentials)
        this.#end(request, error);
    if (filter === 'twinDesired' || filter === 'twinResponses') this.#endReaders(error);
    return this.#take();
  }

  receive(topicName: string, payload: Uint8Array, now: number): readonly HubAction[] {
    this.#now = now;
    const topic = readHubTopic(topicName);
    if (topic?.type === 'method') this.#onCall(topic.name, topic.requestId, payload, now);
    else if (topic?.type === 'twin-desired') this.#onDesired(topic.version, payload, now);
    else if (topic?.type === 'twin-response' || topic?.type === 'credential-response')
      this.#onAnswer(topic.requestId, topic.type === 'twin-response', topic.status, payload, topic.version);
    else this.ignored++;
    this.#read(now);
    return this.#take();
  }

  /** Time has passed. A call too many does no harm. */
  wake(now: number): readonly HubAction[] {
    this.#timerAt = Infinity;
    this.#now = now;
    for (const request of [...this.#requests.keys()])
      if (now >= request.dueAt)
        this.#end(request, new HubError('timed-out', stageOf(request.type), { retryable: true }));
    for (const [requestId, dueAt] of this.#calls)
      if (now >= dueAt) {
        this.#actions.push({ type: 'cancel', requestId });
        this.#answerNow(requestId, 504);
      }
    this.#read(now);
    return this.#take();
  }

  /** Nothing more comes: with the reason, unless it was closed in good order. */
  close(error?: HubError | MqttError): readonly HubAction[] {
    this.#online = false;
    this.offline();
    for (const request of [...this.#requests.keys()])
      this.#end(request, error ?? new HubError('closed', stageOf(request.type)));
    this.#endReaders(error);
    return this.#take();
  }

  #onCall(name: string, requestId: string, payload: Uint8Array, now: number): void {
    if (this.#calls.has(requestId)) {
      // Said twice: it is under way.
      this.ignored++;
      return;
    }
    this.#calls.set(requestId, now + CALL_MS);
    try {
      const json = parseJson(payload);
      if (!this.#methods.has(name) && !this.#methods.has('*')) this.#answerNow(requestId, 404);
      else if (this.#calls.size > MOST_CALLS) this.#answerNow(requestId, 429);
      else this.#actions.push({ type: 'call', call: { name, requestId, payload: json } });
    } catch {
      this.#answerNow(requestId, 400);
    }
  }

  #onDesired(version: number, payload: Uint8Array, now: number): void {
    const patch = objectOf(payload);
    let news = false;
    for (const reader of this.#readers.keys()) if (patch && reader.changed(version, patch, now)) news = true;
    if (!news) this.ignored++;
  }

  #onAnswer(
    requestId: string,
    ofTwin: boolean,
    status: number,
    payload: Uint8Array,
    version: number | undefined,
  ): void {
    const [request, state] = [...this.#requests].find((entry) => entry[1].requestId === requestId) ?? [];
    if (!request || !state || ofTwin === (request.type === 'issue-certificate')) {
      this.ignored++;
      return;
    }
    if (status === 202 && !ofTwin) {
      state.accepted = true;
      return;
    }
    let body: unknown;
    let error: HubError | undefined;
    try {
      body = parseJson(payload);
    } catch {
      error = new HubError('protocol-violation', stageOf(request.type), { reason: 'no-json', statusCode: status });
    }
    if (status < 200 || status > 299) error = refusalOf(request.type, status, body);
    if (error) this.#end(request, error);
    else {
      this.#requests.delete(request);
      request.settle(undefined, { body, version });
    }
  }

  /** Asks for the whole where a reader needs it. */
  #read(now: number): void {
    this.#now = now;
    if (!this.#online) return;
    for (const reader of this.#readers.keys()) {
      if (now < reader.readAt) continue;
      reader.asked();
      const request: HubRequest = {
        type: 'twin-get',
        body: '',
        dueAt: now + READ_MS,
        settle: (error, answer) => {
          if (!this.#readers.has(reader)) return;
          this.#readers.set(reader, undefined);
          const desired = memberOf(answer?.body, 'desired');
          const good = error === undefined && Number.isInteger(memberOf(desired, '$version'));
          if (!good) reader.failed(this.#now);
          else if (!reader.whole(desired as Readonly<Record<string, unknown>>, this.#now)) this.ignored++;
        },
      };
      this.#readers.set(reader, request);
      this.#requests.set(request, { accepted: false });
    }
  }

  #answerNow(requestId: string, status: number): void {
    this.#calls.delete(requestId);
    this.#publish(methodResponseTopic(status, requestId), '');
  }

  #publish(topicName: string, text: string): void {
    this.#actions.push({ type: 'publish', topicName, text });
  }

  #subscribe(filter: HubFilter): void {
    if (this.#filters.has(filter)) return;
    this.#filters.add(filter);
    this.#actions.push({ type: 'subscribe', filter });
  }

  #end(request: HubRequest, error: unknown): void {
    this.#requests.delete(request);
    request.settle(error);
  }

  #endReaders(error: HubError | MqttError | undefined): void {
    for (const reader of [...this.#readers.keys()]) {
      this.unwatch(reader);
      reader.end(error);
    }
  }

  #take(): readonly HubAction[] {
    let until = Infinity;
    let certificates = 0;
    for (const [{ type, dueAt, body }, state] of this.#requests) {
      until = Math.min(until, dueAt);
      // A hub has one request for a certificate at a time.
      const waits = type === 'issue-certificate' && certificates++ > 0;
      if (!this.#online || state.requestId || waits) continue;
      state.requestId = this.#requestId();
      this.#publish(TOPICS[type](state.requestId), body);
    }
    for (const dueAt of this.#calls.values()) until = Math.min(until, dueAt);
    if (this.#online) for (const { readAt } of this.#readers.keys()) until = Math.min(until, readAt);
    if (until < this.#timerAt) {
      this.#timerAt = until;
      this.#actions.push({ type: 'wait', until });
    }
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }
}

function stageOf(type: HubRequestType): 'twin' | 'credentials' {
  return type === 'issue-certificate' ? 'credentials' : 'twin';
}

function refusalOf(type: HubRequestType, statusCode: number, body: unknown): HubError {
  const [errorCode, message, trackingId] = ['errorCode', 'message', 'trackingId'].map((name) => memberOf(body, name));
  return new HubError(codeOf(statusCode), stageOf(type), {
    reason: 'service-status',
    statusCode,
    retryable: statusCode === 429 || statusCode > 499,
    errorCode: typeof errorCode === 'number' ? errorCode : undefined,
    trackingId: typeof trackingId === 'string' ? trackingId : undefined,
    response: typeof message === 'string' ? message : undefined,
  });
}

function codeOf(statusCode: number): HubErrorCode {
  if (statusCode === 429) return 'throttled';
  if (statusCode === 404) return 'not-found';
  if (statusCode === 401 || statusCode === 403) return 'unauthorized';
  if (statusCode > 499) return 'service-error';
  return statusCode < 400 ? 'protocol-violation' : 'bad-request';
}

function objectOf(payload: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const json = parseJson(payload);
    return Object.prototype.toString.call(json) === '[object Object]' ? (json as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function memberOf(json: unknown, name: string): unknown {
  return (Object(json) as Record<string, unknown>)[name];
}
