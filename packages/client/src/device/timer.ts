import { now } from '../driver.ts';

/** The longest delay that setTimeout takes. A longer one is cut: `ring` then comes too early, and sets the rest. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;

/** One timer. It calls `ring` at the time that was set last; a time in the past rings at once, Infinity never. */
export function makeTimer(ring: () => void): (at: number) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (at) => {
    clearTimeout(timer);
    if (at < Infinity) timer = setTimeout(ring, Math.min(Math.max(at - now(), 0), MAX_TIMER_MS));
  };
}
