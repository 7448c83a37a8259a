// When to dial again, over which route, and how long a dial may take. It only computes: it has no clock and no timer.

/** Milliseconds for a dial if there is another route. A firewall that drops packets gives no error, so only time shows it. */
const ROUTE_MS = 10_000;
/** Milliseconds. If the deadline ends a wait that is younger than this, the server had no time to answer, and does not count as silent. */
export const QUIET_MS = 1000;
/** Codes of errors that another route may not have. A certificate that is not trusted is the same on every route. */
export const PATH_ERRORS: RegExp = /connect|proxy|websocket|timed/;

/** Options of a Reconnect. */
export interface ReconnectOptions {
  /** Returns numbers from 0 to less than 1, like Math.random. */
  readonly random: () => number;
  /** How many routes there are. Default 1. */
  readonly routes?: number | undefined;
  /** Most retries in a row, after the first attempt. 0: none. */
  readonly attempts: number;
  /** Milliseconds of the first delay, before jitter. It doubles with each failure. */
  readonly baseMs: number;
  /** Milliseconds of the longest delay, before jitter. */
  readonly capMs: number;
  /** Milliseconds that a connection must last before the delays begin again at `baseMs`. Default Infinity: never. */
  readonly standMs?: number | undefined;
  /** Milliseconds after which a dial is given up. */
  readonly silenceMs: number;
}

/**
 * Computes when and over which route to dial again. It has no timer and no clock: the caller waits.
 *
 * @example
 * const reconnect = new Reconnect({ random: Math.random, attempts: 5, baseMs: 1000, capMs: 60_000, silenceMs: 30_000 });
 * if (!reconnect.failed(true)) console.log(`again in ${reconnect.delay()} ms`);
 */
export class Reconnect {
  readonly #options: ReconnectOptions;
  #retries = 0;
  #openedAt: number | undefined;
  #route = 0;
  /** The route with which the next round begins: the last one that had a connection. */
  #first = 0;

  constructor(options: ReconnectOptions) {
    this.#options = options;
  }

  /** Index of the route for the next dial. */
  get route(): number {
    return this.#route;
  }

  /** Milliseconds that a dial may take. `left`: milliseconds until the deadline, if there is one. */
  patience(left: number = Infinity): number {
    const { silenceMs } = this.#options;
    return this.#hasNext ? Math.min(silenceMs, ROUTE_MS, left / 3) : silenceMs;
  }

  /** The transport has a connection, so this route is tried first in the next round. */
  connected(): void {
    this.#first = this.#route;
  }

  /** The server has accepted the connection. Its time counts from now on. */
  accepted(now: number): void {
    this.#openedAt = now;
  }

  /** The connection is lost. If it lasted `standMs`, the delays begin again. So a server that accepts and hangs up gets longer delays. */
  lost(now: number): void {
    const { standMs = Infinity } = this.#options;
    if (this.#openedAt !== undefined && now - this.#openedAt >= standMs) this.#retries = 0;
    this.#openedAt = undefined;
  }

  /**
   * A dial has failed. `path`: another route may not have the same failure. Returns true if the next route is to be tried at once. False
   * ends the round: the next one begins with the route that last had a connection, and the one after that with the first route.
   */
  failed(path: boolean): boolean {
    const other = path && this.#hasNext;
    if (other) this.#route++;
    else {
      this.#route = this.#first;
      this.#first = 0;
    }
    return other;
  }

  /**
   * Milliseconds until the next attempt. Undefined if there is none left. It is exponential back-off with full jitter: devices that fail
   * together must not come back together. The jitter is added to `floor`, the time that the server has asked for. A maximum of both would
   * send all devices with a small jitter at the same time. `left`: milliseconds until the deadline, of which at most half is used.
   */
  delay(floor: number = 0, left: number = Infinity): number | undefined {
    const { attempts, baseMs, capMs, random } = this.#options;
    if (this.#retries >= attempts || floor >= left) return undefined;
    // At most 52 doublings: that is beyond every limit, and the number stays finite.
    const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(this.#retries++, 52), (left - floor) / 2);
    return floor + random() * ceiling;
  }

  get #hasNext(): boolean {
    return this.#route + 1 < (this.#options.routes ?? 1);
  }
}
