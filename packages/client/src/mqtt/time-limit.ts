/**
 * A time limit that is set without a clock, as in a call of the application. It begins with the next turn: the first `over` after it
 * brings the time.
 */
export class TimeLimit {
  /** When the time is over, in milliseconds of the client's clock. Infinity before the first `over`. */
  at: number = Infinity;
  #ms = Infinity;

  /** Sets the limit. If it was already set, the shorter one counts. */
  set(ms: number): void {
    this.#ms = Math.min(ms, this.#ms);
  }

  /** Whether the time is over. */
  over(now: number): boolean {
    this.at = Math.min(this.at, now + this.#ms);
    return now >= this.at;
  }
}
