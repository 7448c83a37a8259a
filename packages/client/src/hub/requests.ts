import { type HubRequestType, hubRequestTopic } from '../azure/hub-topics.ts';
import { HubError, type HubErrorCode } from './error.ts';
import { parseJson } from './limits.ts';

// The requests of a device to its hub, matched with their answers by `$rid`. A request outlives connections: each new connection
// sends it again, with a new id that nobody can guess. An answer with an unknown id, a second one, or one that comes before its
// request is ignored.

/**
 * A request to a hub that has an answer: for the twin, a report, or a certificate. `dueAt` is a time of the clock that the driver uses.
 */
export interface HubRequest {
  readonly type: HubRequestType;
  /** JSON, or empty. */
  readonly body: string;
  /** When the request times out: milliseconds of the driver's clock. */
  readonly dueAt: number;
  /** Called once: with the answer, or with the error that ended the request. */
  readonly settle: (error: unknown, answer?: HubAnswer) => void;
}

/** The answer of a hub to a HubRequest. */
export interface HubAnswer {
  /** The parsed JSON; undefined when the answer had no body. */
  readonly body: unknown;
  /** The new version of the reported properties, in the answer to a report. */
  readonly version?: number | undefined;
}

/** An answer, read from its topic. */
interface Response {
  readonly type: 'twin-response' | 'credential-response';
  readonly status: number;
  readonly requestId: string;
  readonly version?: number | undefined;
}

/** The requests of a device that are not answered yet. */
export interface Requests {
  /** Adds a request. `send` sends it. */
  add(request: HubRequest): void;
  /** Sends each request that was not sent on this connection yet. Call only while there is one. */
  send(): void;
  /** Forgets a request without settling it. */
  drop(request: HubRequest | undefined): void;
  /** Settles a request with this error. */
  fail(request: HubRequest, error: unknown): void;
  /** Settles requests with this error: all of them, only those for certificates (true), or only the others (false). */
  failAll(error: unknown, certificates?: boolean): void;
  /** The Session is a new one: requests that the hub had accepted in the last one are sent again, too. */
  anew(): void;
  /** The connection is lost: what was sent and not accepted is sent again by the next `send`. */
  offline(): void;
  /** Takes an answer. Returns false when no request has its id. */
  answer(response: Response, payload: Uint8Array): boolean;
  /** When the next request times out; Infinity without one. */
  dueAt(): number;
  /** Settles the requests that have timed out. */
  wake(now: number): void;
}

/** `makeId` returns a new `$rid`; `publish` sends a request. */
export function makeRequests(makeId: () => string, publish: (topicName: string, text: string) => void): Requests {
  /** In the order of `add`. The id is undefined until the request was sent on this connection. */
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
        // A hub takes one request for a certificate at a time.
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
      // A request that the hub has accepted with 202 is answered in the same Session without being sent again.
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
    errorCode: only<number>('number', errorCode),
    trackingId: only<string>('string', trackingId),
    response: only<string>('string', message),
  });
}

/** The value, if it is of this kind. */
function only<Kind>(kind: string, value: unknown): Kind | undefined {
  return typeof value === kind ? (value as Kind) : undefined;
}

function codeOf(statusCode: number): HubErrorCode {
  if (statusCode === 429) return 'throttled';
  if (statusCode === 404) return 'not-found';
  if (statusCode === 401 || statusCode === 403) return 'unauthorized';
  if (statusCode > 499) return 'service-error';
  return statusCode < 400 ? 'protocol-violation' : 'bad-request';
}
