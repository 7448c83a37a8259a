import { methodResponseTopic } from '../azure/hub-topics.ts';
import { parseJson } from './limits.ts';

// The direct-method calls of a hub. Each gets exactly one answer. A call belongs to the connection on which it came: when that is
// lost, the caller has its error, and an answer would reach nobody.

/** Milliseconds. The hub lets no caller wait longer for an answer. */
const CALL_MS = 300_000;
/** Most calls at one time. More are answered with 429. A hub allows fewer, so this is a bound on a hub that lies. */
const MOST_CALLS = 100;

/** One call. It is answered by `answer` with its request id. */
export interface MethodCall {
  /** The name of the method, percent-decoded. */
  readonly name: string;
  /** The `$rid` of the hub. */
  readonly requestId: string;
  /** The parsed JSON; undefined when the call had no body. */
  readonly payload: unknown;
}

/** What MethodCalls ask of the exchange. */
export interface MethodCallEvents {
  publish(topicName: string, text: string): void;
  call(call: MethodCall): void;
  /** The caller no longer waits for the answer of this call. */
  cancel(requestId: string): void;
}

/** The calls that wait for an answer. */
export interface MethodCalls {
  /** Names of the methods that are taken; `*` takes every one. */
  readonly names: Set<string>;
  /** Number of calls that wait for an answer of ours. */
  count(): number;
  /** Takes a call. Returns false when the same call is already being answered. */
  receive(name: string, requestId: string, payload: Uint8Array, now: number): boolean;
  /** Sends the answer, unless the caller no longer waits for it. */
  answer(requestId: string, status: number, text: string): void;
  /** The connection is lost: calls are cancelled, and their answers are not sent any more. */
  offline(): void;
  /** When the next call times out; Infinity without one. */
  dueAt(): number;
  /** Answers calls that have timed out with 504, and cancels them. */
  wake(now: number): void;
}

/** Makes it without methods: until `names` has some, every call is answered with 404. */
export function makeMethodCalls({ publish, call, cancel }: MethodCallEvents): MethodCalls {
  const names = new Set<string>();
  /** The time at which each call times out, by request id. */
  const running = new Map<string, number>();

  function answer(requestId: string, status: number, text = ''): void {
    if (running.delete(requestId)) publish(methodResponseTopic(status, requestId), text);
  }

  return {
    names,
    count: () => running.size,
    answer,

    receive(name, requestId, payload, now) {
      if (running.has(requestId)) return false;
      running.set(requestId, now + CALL_MS);
      try {
        const json = parseJson(payload);
        if (!names.has(name) && !names.has('*')) answer(requestId, 404);
        else if (running.size > MOST_CALLS) answer(requestId, 429);
        else call({ name, requestId, payload: json });
      } catch {
        answer(requestId, 400);
      }
      return true;
    },

    offline() {
      for (const requestId of running.keys()) cancel(requestId);
      running.clear();
    },

    dueAt: () => Math.min(Infinity, ...running.values()),

    wake(now) {
      for (const [requestId, dueAt] of running)
        if (now >= dueAt) {
          cancel(requestId);
          answer(requestId, 504);
        }
    },
  };
}
