import { methodResponseTopic } from '../azure/hub-topics.ts';
import { parseJson } from './limits.ts';

// What a hub asks its device: calls of methods, each of which gets one answer. A call belongs to its connection: its caller is gone
// with it.

/** For the caller there is no answer later than this. */
const CALL_MS = 300_000;
/** More at once are answered with 429: a hub allows fewer. */
const MOST_CALLS = 100;

/** Call `answer` with its request id. */
export interface MethodCall {
  readonly name: string;
  readonly requestId: string;
  /** Undefined when there is none. */
  readonly payload: unknown;
}

export interface MethodCallEvents {
  publish(topicName: string, text: string): void;
  call(call: MethodCall): void;
  /** Nobody waits for this answer any more. */
  cancel(requestId: string): void;
}

export interface MethodCalls {
  /** Those that are for us; `*` is every one. */
  readonly names: Set<string>;
  /** How many run. */
  count(): number;
  /** False when it is said twice, and under way. */
  receive(name: string, requestId: string, payload: Uint8Array, now: number): boolean;
  /** Of a call that nobody waits for any more nothing is sent. */
  answer(requestId: string, status: number, text: string): void;
  offline(): void;
  /** When the first of them is due. */
  dueAt(): number;
  wake(now: number): void;
}

export function makeMethodCalls({ publish, call, cancel }: MethodCallEvents): MethodCalls {
  const names = new Set<string>();
  /** When each that is running is due, by request id. */
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
