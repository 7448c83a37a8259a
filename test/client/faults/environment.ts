import { AsyncLocalStorage } from 'node:async_hooks';
import type { Transport } from '@mote/client';
import '../../support/turn-clock.ts';

// Faults that no server causes: clocks that jump, memory that is missing. Clocks and timers belong to the whole process. Here each call
// sees its own, so that many calls can run at the same time.

export class Environment {
  /** All timers that the call has set, also those that are over. */
  readonly timers: NodeJS.Timeout[] = [];
  /** The wall clock jumps a day ahead and back again. */
  wallClockMoves = false;
  /** The machine slept for ten minutes: the monotonic clock has gone on, and no timer. */
  slept = false;
  #looks = 0;

  run<T>(call: () => T): T {
    return present.run(this, call);
  }

  get pendingTimers(): number {
    // Node does not document whether a timer is over.
    return this.timers.filter((timer) => '_destroyed' in timer && timer._destroyed === false).length;
  }

  get wallOffset(): number {
    if (!this.wallClockMoves) return 0;
    return this.#looks++ % 2 === 0 ? 86_400_000 : -86_400_000;
  }
}

const present = new AsyncLocalStorage<Environment>();
const { setTimeout } = globalThis;
const { now } = Date;
const monotonic = performance.now.bind(performance);

globalThis.setTimeout = Object.assign((...args: Parameters<typeof setTimeout>) => {
  const timer = setTimeout(...args);
  present.getStore()?.timers.push(timer);
  return timer;
}, setTimeout);
Date.now = () => now() + (present.getStore()?.wallOffset ?? 0);
performance.now = () => monotonic() + (present.getStore()?.slept ? 600_000 : 0);

/** A dial for which there is no memory, as long as `lost`. */
export function dialWithoutMemory(inner: Transport, lost: () => boolean): Transport {
  return { ...inner, dial: (target, events) => (lost() ? outOfMemory() : inner.dial(target, events)) };
}

/** The same for what is received. */
export function receiveWithoutMemory(inner: Transport, lost: () => boolean): Transport {
  return {
    ...inner,
    dial: (target, events) =>
      inner.dial(target, {
        stage: (stage) => events.stage(stage),
        connected: (protocol) => events.connected(protocol),
        closed: (error) => events.closed(error),
        data: (bytes) => events.data(lost() ? new Proxy(bytes, { get: outOfMemory }) : bytes),
      }),
  };
}

function outOfMemory(): never {
  throw new RangeError('Array buffer allocation failed');
}
