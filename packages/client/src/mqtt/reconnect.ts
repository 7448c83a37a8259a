// When to dial again, over which route, and how long a dial may take. Numbers in, numbers out: it owns no clock and no timer.

/** Milliseconds for a dial while there is another route: a firewall that drops packets gives no sign. */
const ROUTE_MS = 10_000;

/** What a Reconnect is made with. */
export interface ReconnectOptions {
  /** From 0 to less than 1, as Math.random gives them. */
  readonly random: () => number;
  /** How many routes there are; 1 by default. */
  readonly routes?: number | undefined;
  /** Retries in a row, after the first try. 0 turns them off. */
  readonly attempts: number;
  /** Milliseconds of the first back-off, before jitter; it doubles each time. */
  readonly baseMs: number;
  /** Ceiling of a back-off in milliseconds, before jitter. */
  readonly capMs: number;
  /** Milliseconds for which a link must have stood to begin the ladder anew. Infinity, the default: never. */
  readonly standMs?: number | undefined;
  /** Milliseconds of silence after which a dial is given up. */
  readonly silenceMs: number;
}

/**
 * Says when and where to dial again. It has no timer and no clock: the caller waits.
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
  /** Where a round over the routes begins: the route that stood last. */
  #first = 0;

  constructor(options: ReconnectOptions) {
    this.#options = options;
  }

  /** Index of the route for the next dial. */
  get route(): number {
    return this.#route;
  }

  /** Milliseconds that a dial may be silent. `left`: to the deadline, if there is one. */
  patience(left: number = Infinity): number {
    const { silenceMs } = this.#options;
    return this.#hasNext ? Math.min(silenceMs, ROUTE_MS, left / 3) : silenceMs;
  }

  /** The transport has a connection: this route is the first one from now on. */
  connected(): void {
    this.#first = this.#route;
  }

  /** The server has accepted the connection. From now on it counts how long the link stands. */
  accepted(now: number): void {
    this.#openedAt = now;
  }

  /** The link is gone. One that stood for `standMs` begins the ladder anew: a server that accepts and hangs up does not. */
  lost(now: number): void {
    const { standMs = Infinity } = this.#options;
    if (this.#openedAt !== undefined && now - this.#openedAt >= standMs) this.#retries = 0;
    this.#openedAt = undefined;
  }

  /**
   * A dial has failed. True when the next route is to be tried at once; `path`: another route may not meet the same failure.
   * False ends a round: the next one begins where a connection last stood, and after that at the first route again.
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
   * Milliseconds to the next try; undefined when there is none left. Exponential back-off with full jitter, so that a fleet
   * that fails together does not come back together. The jitter goes on top of `floor`, which the server asked for: a clamp
   * would send all that drew less at the same instant. `left`: to the deadline, of which it takes half at most.
   */
  delay(floor: number = 0, left: number = Infinity): number | undefined {
    const { attempts, baseMs, capMs, random } = this.#options;
    if (this.#retries >= attempts || floor >= left) return undefined;
    // 52 doublings are beyond every cap, and no more keeps the number finite.
    const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(this.#retries++, 52), (left - floor) / 2);
    return floor + random() * ceiling;
  }

  get #hasNext(): boolean {
    return this.#route + 1 < (this.#options.routes ?? 1);
  }
}
