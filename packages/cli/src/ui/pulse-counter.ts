import type { EmulatorEvent } from '@mote/emulator';
import type { Pulse, Totals } from '../pages/dashboard/messages.ts';

/** Counts what happens; told to all browsers each second. */
export class PulseCounter {
  #connections = 0;
  #registrations = 0;
  #told = 0;

  /** To be called with each event. */
  count({ type }: EmulatorEvent): void {
    if (type === 'connection') this.#connections += 1;
    else if (type === 'closed') this.#connections = Math.max(0, this.#connections - 1);
    else if (type === 'assigned') this.#registrations += 1;
  }

  /** What there is so far. */
  now(): Totals {
    return { connections: this.#connections, registrations: this.#registrations };
  }

  /** To be asked once a second: `perSecond` counts since the last time. */
  beat(): Pulse {
    const perSecond = this.#registrations - this.#told;
    this.#told = this.#registrations;
    return { ...this.now(), perSecond };
  }
}
