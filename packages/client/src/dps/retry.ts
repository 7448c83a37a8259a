import { Reconnect } from '../mqtt/reconnect.ts';
import type { ProvisioningError } from './error.ts';
import type { RegistrationOptions } from './registration-options.ts';

/** Milliseconds of silence after which a connection is given up. */
const SILENCE_MS = 30_000;
/** So many retries may follow as soon as their options say; then a second is the least, so that no options make a flood. */
const QUICK_RETRIES = 10;
/** Errors of a path that another route may not have. A certificate that does not verify is none of these. */
const PATH_ERRORS: readonly string[] = [
  'connect-failed',
  'proxy-failed',
  'connection-lost',
  'timed-out',
  'websocket-failed',
];

/** Whether another route may not meet this error. */
export function isOfPath({ code }: ProvisioningError): boolean {
  return PATH_ERRORS.includes(code);
}

/** The retries that these options allow. */
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

export interface Retry {
  /** Which route, and for how long. */
  readonly reconnect: Reconnect;
  readonly silenceMs: number;
  /**
   * Milliseconds to the next try, never less than `least` and what the service asked for. Undefined when there is none: the error
   * is `overdue` then if the pause that the service asks for does not fit into what is `left`.
   */
  delay(error: ProvisioningError, left: number, least: number): number | undefined;
}
