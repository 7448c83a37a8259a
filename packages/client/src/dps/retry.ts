import { Reconnect } from '../mqtt/reconnect.ts';
import type { ProvisioningError } from './error.ts';
import type { RegistrationOptions } from './registration-options.ts';

/** Default of `retry.silenceMs`, milliseconds. */
const SILENCE_MS = 30_000;
/** From this retry on at least a second passes before each, so that no options turn a device into a flood. */
const QUICK_RETRIES = 10;

/** The rule of retries under these options. */
export function makeRetry({ random, routes, retry = {} }: RegistrationOptions): Retry {
  const { attempts = 5, baseMs = 1000, capMs = 60_000, silenceMs = SILENCE_MS } = retry;
  const reconnect = new Reconnect({ random, routes: routes.length, attempts, baseMs, capMs, silenceMs });
  let retries = 0;
  return {
    reconnect,
    silenceMs,
    delay(error, left, least) {
      const { retryable, retryAfter = 0 } = error;
      const overdue = retryable && retryAfter * 1000 >= left;
      if (overdue) Object.assign(error, { overdue });
      const ms = retryable && !overdue ? reconnect.delay(0, left) : undefined;
      return ms === undefined ? ms : Math.max(least, retryAfter * 1000, retries++ < QUICK_RETRIES ? 0 : 1000, ms);
    },
  };
}

/** When and over which route one provisioning tries again. */
export interface Retry {
  /** Chooses the route, and how long it may take. */
  readonly reconnect: Reconnect;
  readonly silenceMs: number;
  /**
   * Milliseconds until the next try, at least `least` and at least what the service asked for. Undefined when no try is left. If
   * the reason is that the service's own pause is longer than `left`, the error is marked `overdue`.
   */
  delay(error: ProvisioningError, left: number, least: number): number | undefined;
}
