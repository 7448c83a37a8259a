import { now } from '../driver.ts';

/** Longer ones in parts: what is called too early asks for the rest. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;

/** One timer. It calls `ring` at the time that was set last, which may be due already; Infinity is never. */
export function makeTimer(ring: () => void): (at: number) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (at) => {
    clearTimeout(timer);
    if (at < Infinity) timer = setTimeout(ring, Math.min(Math.max(at - now(), 0), MAX_TIMER_MS));
  };
}
