/** The driver calls `wake` at this time. A new `wait` replaces the one before. */
interface Wait {
  readonly type: 'wait';
  readonly until: number;
}

/** The actions that a machine asks of its driver. They are collected while it reacts to an event, and returned at the end. */
export class Actions<Action> {
  #collected: (Action | Wait)[] = [];
  /** The time for which the driver has a timer; Infinity if it has none. */
  #timerAt = Infinity;

  push(action: Action): void {
    this.#collected.push(action);
  }

  /** Must be called when the driver's timer has gone off. */
  woken(): void {
    this.#timerAt = Infinity;
  }

  /**
   * Returns the actions that were collected. `wakeAt`: when the machine wants to be woken. Most machines put this time off with each write.
   * A timer that goes off too early does no harm; so the driver gets a new one only if the present one would go off too late.
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
