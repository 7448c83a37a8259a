import { MAX_TIMER_MS, now } from '../driver.ts';

/**
 * One timer. It calls `ring` at the time that was set last; a time in the past rings at once, Infinity never. A delay that setTimeout does
 * not take is cut: `ring` then comes too early, and sets the rest.
 */
export function makeTimer(ring: () => void): (at: number) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (at) => {
    clearTimeout(timer);
    if (at < Infinity) timer = setTimeout(ring, Math.min(Math.max(at - now(), 0), MAX_TIMER_MS));
  };
}
