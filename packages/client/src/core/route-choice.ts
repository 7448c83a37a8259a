import type { ProvisioningError, ProvisioningErrorCode } from './error.ts';
import type { Route } from './registration-options.ts';

/** Silence on a route that is not the last: a firewall that drops packets gives no sign. */
const ROUTE_MS = 10_000;
/** Errors of a path that another route may not have. A certificate that does not verify is none of these. */
const PATH_ERRORS: readonly ProvisioningErrorCode[] = [
  'connect-failed',
  'proxy-failed',
  'connection-lost',
  'timed-out',
  'websocket-failed',
];

/** Which way to the service is tried now: one after the other until one stands, and that one from then on. */
export class RouteChoice {
  readonly #routes: readonly Route[];
  #index = 0;
  #stood = false;

  constructor(routes: readonly Route[]) {
    this.#routes = routes;
  }

  get index(): number {
    return this.#index;
  }

  get route(): Route {
    return this.#routes[this.#index]!;
  }

  /** Milliseconds after which a dial is given up for another route; infinite on the last. */
  silenceMs(timeoutMs: number): number {
    return this.#hasOther ? Math.min(ROUTE_MS, timeoutMs / 3) : Number.POSITIVE_INFINITY;
  }

  stands(): void {
    this.#stood = true;
  }

  /** True when there is another route to try at once; else the next dial begins with the first, or the one that stood. */
  failed(error: ProvisioningError): boolean {
    const other = this.#hasOther && PATH_ERRORS.includes(error.code);
    if (other) this.#index++;
    else if (!this.#stood) this.#index = 0;
    return other;
  }

  get #hasOther(): boolean {
    return this.#index + 1 < this.#routes.length;
  }
}
