import { type Check, checkValue } from './config/checks.ts';
import { LATEST_MS } from './service/values/service-time.ts';

/** The clock of the emulator. A test may pass a `VirtualClock` and move it by hand. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Calls back once, after so many milliseconds. Returns what `clearTimeout` takes. */
  setTimeout(callback: () => void, ms: number): unknown;
  /** The callback is not called any more. A timer that has run is no error. */
  clearTimeout(timer: unknown): void;
}

/** Milliseconds. Node's setTimeout fires after 1 ms when the delay does not fit into 31 bits. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;

/** The time of this machine, and its timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, ms) => setTimeout(callback, Math.min(ms, LONGEST_TIMEOUT_MS)),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

const aFunction: Check = (value) => typeof value.value === 'function' || value.refuse('must be a function');

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until `advance` is called. Throws ConfigError for times that are none, and callbacks that are no functions.
 *
 * @example
 * const clock = new VirtualClock(0);
 * clock.setTimeout(() => onMessage('an hour later'), 3_600_000);
 * clock.advance(3_600_000);
 */
export class VirtualClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(startMs = 0) {
    checkValue('startMs', startMs, (value) => value.number(0, LATEST_MS, false));
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  /** Runs the callback when `advance` has moved time that far. Returns what `clearTimeout` takes. */
  setTimeout(callback: () => void, ms: number): unknown {
    checkValue('callback', callback, aFunction);
    checkValue('ms', ms, (value) => value.number(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, false));
    const timer = { at: this.#now + Math.max(0, ms), callback };
    this.#timers.add(timer);
    return timer;
  }

  /** A timer that has run, or that is not known, is no error. */
  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as Timer);
  }

  /** Moves time on by `ms` and runs the timers that are due, in order, each at its own time. */
  advance(ms: number): void {
    checkValue('ms', ms, (value) => value.number(0, LATEST_MS, false));
    const end = this.#now + ms;
    for (let next = this.#earliest(); next !== undefined && next.at <= end; next = this.#earliest()) {
      this.#timers.delete(next);
      this.#now = next.at;
      next.callback();
    }
    this.#now = end;
  }

  #earliest(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (first === undefined || timer.at < first.at) first = timer;
    return first;
  }
}
