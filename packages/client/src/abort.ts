import { events } from './node.ts';
import type { Refuse } from './option-rules.ts';
import { quietly } from './values.ts';

/**
 * Calls `abort` with the reason when this signal aborts, which may be at once. Returns what takes the listener back.
 * It may be of another realm or a polyfill, and fail at everything: then `refuse` throws `invalid-options`.
 */
export function onAbort(signal: AbortSignal | undefined, abort: (reason: unknown) => void, refuse: Refuse): () => void {
  if (signal === undefined) return () => {};
  const onEvent = (): void =>
    abort(quietly(() => signal.reason) ?? new DOMException('The call was aborted', 'AbortError'));
  const heard = quietly(() => {
    if (!signal.aborted) {
      quietly(() => raiseLimit(signal));
      signal.addEventListener('abort', onEvent);
    }
    if (signal.aborted) onEvent();
    return true;
  });
  if (!heard) refuse('signal', 'wrong');
  return () => quietly(() => signal.removeEventListener('abort', onEvent));
}

/** Node warns at the eleventh listener; there is one for each call under way, and none is left behind. */
function raiseLimit(signal: AbortSignal): void {
  const { defaultMaxListeners, getMaxListeners, setMaxListeners } = events();
  if (getMaxListeners(signal) === defaultMaxListeners) setMaxListeners(0, signal);
}
