import type { EmulatorEvent } from '@mote/emulator';
import type { Rate, Totals } from '../pages/dashboard/messages.ts';

/** Counts connections and registrations. All browsers get the numbers once a second. */
export class RateCounter {
  #connections = 0;
  #registrations = 0;
  #told = 0;

  /** Must be called with each event. */
  count({ type }: EmulatorEvent): void {
    if (type === 'connection') this.#connections += 1;
    else if (type === 'closed') this.#connections = Math.max(0, this.#connections - 1);
    else if (type === 'assigned') this.#registrations += 1;
  }

  /** The numbers until now. */
  now(): Totals {
    return { connections: this.#connections, registrations: this.#registrations };
  }

  /** Must be called once a second: `perSecond` is the number since the last call. */
  next(): Rate {
    const perSecond = this.#registrations - this.#told;
    this.#told = this.#registrations;
    return { ...this.now(), perSecond };
  }
}
