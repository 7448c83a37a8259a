import type { ProvisioningError, ProvisioningErrorCode } from './error.ts';
import type { RegistrationOptions } from './registration-options.ts';

/** Milliseconds of silence after which a connection is given up. */
const SILENCE_MS = 30_000;
/** The same for a dial, while there is another route: a firewall that drops packets gives no sign. */
const ROUTE_MS = 10_000;
/** Errors of a path that another route may not have. A certificate that does not verify is none of these. */
const PATH_ERRORS: readonly ProvisioningErrorCode[] = [
  'connect-failed',
  'proxy-failed',
  'connection-lost',
  'timed-out',
  'websocket-failed',
];

/** Which way and with which proof of identity the next connection is tried, and after what pause. */
export class Attempts {
  readonly #options: RegistrationOptions;
  /** Index into `routes`: one after the other until one stands, and that one from then on. */
  route = 0;
  /** Index of the proof of identity. */
  alternative = 0;
  stood = false;
  #retries = 0;

  constructor(options: RegistrationOptions) {
    this.#options = options;
  }

  get #hasOtherRoute(): boolean {
    return this.route + 1 < this.#options.routes.length;
  }

  /** Milliseconds of silence to bear, in a dial or in a talk. */
  patience(dialling: boolean): number {
    const { retry, timeoutMs } = this.#options;
    const { silenceMs = SILENCE_MS } = retry ?? {};
    return dialling && this.#hasOtherRoute ? Math.min(silenceMs, ROUTE_MS, timeoutMs / 3) : silenceMs;
  }

  /** True when a failed dial is to be tried over another route at once. If not, the next is over the first, or the one that stood. */
  reroute(error: ProvisioningError): boolean {
    const other = this.#hasOtherRoute && PATH_ERRORS.includes(error.code);
    if (other) this.route++;
    else if (!this.stood) this.route = 0;
    return other;
  }

  /** True when there is another key to try. */
  rekey(error: ProvisioningError): boolean {
    const other = error.statusCode === 401 && this.alternative + 1 < (this.#options.alternatives ?? 1);
    if (other) this.alternative++;
    return other;
  }

  /**
   * Milliseconds until a retry: exponential back-off with full jitter, so that a fleet that fails together does not come back
   * together; never less than the service asked for, and if possible not past half of what is `left`. Undefined when the
   * retries are used up.
   */
  delay({ retryable, retryAfter = 0 }: ProvisioningError, left: number): number | undefined {
    const { attempts = 5, baseMs = 1000, capMs = 60_000 } = this.#options.retry ?? {};
    const floor = retryAfter * 1000;
    if (!retryable || this.#retries >= attempts || floor >= left) return undefined;
    const ceiling = Math.min(capMs, baseMs * 2 ** this.#retries++, left / 2);
    return Math.max(floor, this.#options.random() * ceiling);
  }
}
