import { HubError, refuseHub } from '../hub/error.ts';
import { byteLength, jsonText, limit, METHOD_BYTES } from '../hub/limits.ts';
import type { MethodCall } from '../hub/method-calls.ts';
import { diagnostics } from '../node.ts';
import { publish } from '../observers.ts';
import { isFunction, isText } from '../option-rules.ts';
import { wrong } from '../values.ts';
import type { HubLink } from './hub-link.ts';
import type { MethodHandlers } from './run-exchange.ts';

/** A call of a direct method, as its handler gets it. */
export interface MethodRequest {
  readonly name: string;
  readonly requestId: string;
  /** The JSON body of the call; undefined when it had none. */
  readonly payload: unknown;
  /** Aborts when the caller no longer waits for the answer: the connection was lost, or five minutes are over. */
  readonly signal: AbortSignal;
}

/** What a handler answers. A handler that returns nothing answers with status 200 and no body. */
export interface MethodResponse {
  /** A 32-bit integer. Default: 200. */
  readonly status?: number | undefined;
  /** A JSON value of up to 128 KB. Without it the answer has no body. */
  readonly payload?: unknown;
}

/** Answers a call. If it throws or rejects, the call is answered with 500. */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler need not return anything
export type MethodHandler = (request: MethodRequest) => MethodResponse | void | Promise<MethodResponse | void>;

/** The method handlers, and how the application sets them. */
export interface Methods extends MethodHandlers {
  on(name: string, handler: MethodHandler): Promise<void>;
  off(name: string): void;
}

/** `linkNow` returns the link on which the calls come. */
export function makeMethods(linkNow: () => HubLink): Methods {
  const handlers = new Map<string, MethodHandler>();
  const running = new Map<string, AbortController>();
  return {
    on(name, handler) {
      const link = linkNow();
      link.checked(() => {
        if (!isText(name) || !name) refuseHub('name', wrong(name));
        if (!isFunction(handler)) refuseHub('handler', wrong(handler));
      });
      // Throws if the device has ended.
      link.client();
      handlers.set(name, handler);
      const { exchange } = link;
      exchange.run(exchange.machine.listen(name));
      const granted = link.hubResult(exchange.granted('methods'), {}).then(() => {});
      granted.catch(() => {});
      return granted;
    },

    off(name) {
      handlers.delete(name);
      linkNow().exchange.machine.ignore(name);
    },

    async call({ name, requestId, payload }: MethodCall) {
      const { names, explained, exchange } = linkNow();
      const controller = new AbortController();
      const { signal } = controller;
      running.set(requestId, controller);
      let reply: [status: number, text: string] = [500, ''];
      try {
        const answer = await (handlers.get(name) ?? handlers.get('*'))?.({ name, requestId, payload, signal });
        reply = [statusOf(answer?.status), answerText(answer?.payload)];
      } catch (error) {
        // The caller gets 500 without a reason: the error may hold what must not leave the device. It is published on a channel here.
        const { deviceId } = names();
        publish(diagnostics().channel('mote:handler-error'), { deviceId, method: name, error: explained(error) });
      }
      if (running.get(requestId) === controller) running.delete(requestId);
      if (!signal.aborted) exchange.run(exchange.machine.answer(requestId, ...reply));
    },

    cancel(requestId) {
      running.get(requestId)?.abort(new HubError('connection-lost', 'method'));
    },
  };
}

function statusOf(status = 200): number {
  if ((status | 0) !== status) refuseHub('status', wrong(status));
  return status;
}

function answerText(payload: unknown): string {
  if (payload === undefined) return '';
  const text = jsonText('payload', payload);
  limit('payload', byteLength(text), METHOD_BYTES);
  return text;
}
