import { events } from './node.ts';
import type { Refuse } from './option-rules.ts';
import { quietly, wrong } from './values.ts';

/** Options of a call that may be aborted. */
export interface Abortable {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Whether an error is the reason with which the signal of these options has aborted. Such an error belongs to the caller, also when it is
 * one of ours, from another call: it is passed on as it is.
 */
export function isReason(error: unknown, options: Abortable): boolean {
  return quietly(() => options.signal!.reason) === error;
}

/**
 * Calls `abort` with the signal's reason when it aborts, at once if it has. Returns a function that removes the listener. The signal
 * may come from another realm or a polyfill. If it cannot be listened to, `refuse` throws `invalid-options`.
 */
export function onAbort(signal: AbortSignal | undefined, abort: (reason: unknown) => void, refuse: Refuse): () => void {
  if (signal === undefined) return () => {};
  const onEvent = (): void => abort(quietly(() => signal.reason) ?? AbortSignal.abort().reason);
  const heard = quietly(() => {
    if (!signal.aborted) {
      quietly(() => {
        const node = events();
        // Node warns at the eleventh listener; each call under way has one, and removes it at its end.
        if (node.getMaxListeners(signal) === node.defaultMaxListeners) node.setMaxListeners(0, signal);
      });
      signal.addEventListener('abort', onEvent);
    }
    if (signal.aborted) onEvent();
    return true;
  });
  if (!heard) refuse('signal', wrong(signal));
  return () => quietly(() => signal.removeEventListener('abort', onEvent));
}
