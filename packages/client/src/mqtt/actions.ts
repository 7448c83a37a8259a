/** Call `wake` at this time; it replaces what was asked before. */
interface Wait {
  readonly type: 'wait';
  readonly until: number;
}

/** What a machine asks of its driver: collected while it reacts to an event, given out at the end. */
export class Actions<Action> {
  #collected: (Action | Wait)[] = [];
  /** The timer that the driver has. */
  #timerAt = Infinity;

  push(action: Action): void {
    this.#collected.push(action);
  }

  /** The driver's timer has gone off. */
  woken(): void {
    this.#timerAt = Infinity;
  }

  /**
   * Gives out what was collected. `wakeAt`: when the machine wants to be woken. A timer that comes too early does no harm, and most
   * are put off with each write: only one that comes too late is replaced.
   */
  take(wakeAt: number): readonly (Action | Wait)[] {
    const taken = this.#collected;
    if (wakeAt < this.#timerAt) {
      this.#timerAt = wakeAt;
      taken.push({ type: 'wait', until: wakeAt });
    }
    this.#collected = [];
    return taken;
  }
}
