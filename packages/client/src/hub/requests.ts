import { type HubRequestType, hubRequestTopic } from '../azure/hub-topics.ts';
import { HubError, type HubErrorCode } from './error.ts';
import { parseJson } from './limits.ts';

// What a device asks its hub, by `$rid`. A request lives over connections: each of them asks it anew, with an id that nobody can
// guess. What is answered under another id, twice, or before it was asked, is nobody's.

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

/** As its topic says. */
interface Response {
  readonly type: 'twin-response' | 'credential-response';
  readonly status: number;
  readonly requestId: string;
  readonly version?: number | undefined;
}

export interface Requests {
  add(request: HubRequest): void;
  /** There is a connection: asks what was not asked on it. */
  send(): void;
  /** Nobody waits for it any more. */
  drop(request: HubRequest | undefined): void;
  /** Ends it without an answer. */
  fail(request: HubRequest, error: unknown): void;
  /** Ends all of them, those for certificates, or the others. */
  failAll(error: unknown, certificates?: boolean): void;
  /** The Session is another one: what the last one had accepted is asked anew, too. */
  anew(): void;
  offline(): void;
  /** False when nobody has asked for it. */
  answer(response: Response, payload: Uint8Array): boolean;
  /** When the first of them is due. */
  dueAt(): number;
  wake(now: number): void;
}

export function makeRequests(makeId: () => string, publish: (topicName: string, text: string) => void): Requests {
  /** In the order in which they were made; the id is undefined while they were not asked on this connection. */
  const table = new Map<HubRequest, { requestId?: string | undefined; accepted: boolean }>();

  function add(request: HubRequest): void {
    table.set(request, { accepted: false });
  }

  function settle(request: HubRequest, error: unknown, answer?: HubAnswer): void {
    if (table.delete(request)) request.settle(error, answer);
  }

  return {
    add,

    send() {
      let certificates = 0;
      for (const [request, state] of table) {
        // A hub has one request for a certificate at a time.
        const waits = isCertificate(request) && certificates++ > 0;
        if (state.requestId || waits) continue;
        state.requestId = makeId();
        publish(hubRequestTopic(request.type, state.requestId), request.body);
      }
    },

    drop(request) {
      table.delete(request!);
    },

    fail: settle,

    failAll(error, certificates) {
      for (const request of [...table.keys()])
        if (certificates === undefined || certificates === isCertificate(request))
          settle(request, error ?? new HubError('closed', stageOf(request)));
    },

    anew() {
      for (const request of table.keys()) add(request);
    },

    offline() {
      // One that was accepted is answered in its Session, without being asked again.
      for (const state of table.values()) if (!state.accepted) state.requestId = undefined;
    },

    answer({ type, status, requestId, version }, payload) {
      const [request, state] = [...table].find((entry) => entry[1].requestId === requestId) ?? [];
      if (!request || !state || isCertificate(request) !== (type === 'credential-response')) return false;
      if (status === 202 && isCertificate(request)) {
        state.accepted = true;
        return true;
      }
      let body: unknown;
      let error: HubError | undefined;
      try {
        body = parseJson(payload);
      } catch {
        error = new HubError('protocol-violation', stageOf(request), { reason: 'no-json', statusCode: status });
      }
      settle(request, status < 200 || status > 299 ? refusalOf(request, status, body) : error, { body, version });
      return true;
    },

    dueAt: () => Math.min(Infinity, ...[...table.keys()].map(({ dueAt }) => dueAt)),

    wake(now) {
      for (const request of [...table.keys()])
        if (now >= request.dueAt) settle(request, new HubError('timed-out', stageOf(request), { retryable: true }));
    },
  };
}

function isCertificate({ type }: HubRequest): boolean {
  return type === 'issue-certificate';
}

function stageOf(request: HubRequest): 'twin' | 'credentials' {
  return isCertificate(request) ? 'credentials' : 'twin';
}

function refusalOf(request: HubRequest, statusCode: number, body: unknown): HubError {
  const { errorCode, message, trackingId } = Object(body) as Readonly<Record<string, unknown>>;
  return new HubError(codeOf(statusCode), stageOf(request), {
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
