/**
 * A limit that is set where nobody knows the time, as in a call of the application: it runs from the next turn on, whose time
 * `over` is asked with.
 */
export class TimeLimit {
  /** When it is over, in the client's milliseconds. */
  at: number = Infinity;
  #ms = Infinity;

  /** Of two limits the shorter one counts. */
  set(ms: number): void {
    this.#ms = Math.min(ms, this.#ms);
  }

  over(now: number): boolean {
    this.at = Math.min(this.at, now + this.#ms);
    return now >= this.at;
  }
}
