export interface RetryOptions {
  /** Retries in one provisioning, after the first try; 5 unless told. 0 turns them off. */
  readonly attempts?: number | undefined;
  /** Milliseconds of the first back-off, before jitter; it doubles each time. 1000 unless told. */
  readonly baseMs?: number | undefined;
  /** Ceiling of a back-off in milliseconds; 60,000 unless told. */
  readonly capMs?: number | undefined;
  /** Milliseconds of silence after which a connection is given up and dialled again; 30,000 unless told. */
  readonly silenceMs?: number | undefined;
}

/** Exponential back-off with full jitter: a fleet that fails together does not come back together. */
export class Backoff {
  readonly #options: RetryOptions;
  readonly #random: () => number;
  #used = 0;

  constructor(options: RetryOptions | undefined, random: () => number) {
    this.#options = options ?? {};
    this.#random = random;
  }

  /** Milliseconds to wait, at least `floor` and if possible not past half of `left`; undefined when the retries are used up. */
  next(floor: number, left: number): number | undefined {
    const { attempts = 5, baseMs = 1000, capMs = 60_000 } = this.#options;
    if (this.#used === attempts || floor >= left) return undefined;
    const ceiling = Math.min(capMs, baseMs * 2 ** this.#used++, left / 2);
    return Math.max(floor, this.#random() * ceiling);
  }
}
