import { AsyncResource } from 'node:async_hooks';

// Time for tests over real sockets. On a machine that is busy with other things a handshake may take a second, and a deadline of
// a second then judges the machine. So the clock of such a test counts turns of the event loop: a turn is worth what it took,
// and at most MOST_MS. A process that gets no CPU has no turns, and its time stands still; on an idle machine this time is the
// usual one. Client and server, and the bounds that the tests set them, all read this clock.

const STEP_MS = 2;
/** Twice the step: a turn of a process that waits for sockets takes about the step. */
const MOST_MS = 4;

const real = {
  setTimeout: globalThis.setTimeout,
  setImmediate: globalThis.setImmediate,
  now: performance.now.bind(performance),
};

/** As Node's own, as far as the client, the servers and the tests know it. */
class TurnTimer {
  // The name under which Node's own says that it is over.
  _destroyed = false;
  due = 0;
  referenced = true;
  readonly clock: TurnClock;
  readonly call: () => void;
  readonly ms: number;
  readonly repeats: boolean;

  constructor(clock: TurnClock, call: () => void, ms: number, repeats: boolean) {
    this.clock = clock;
    // In the asynchronous context of who set it, as Node does.
    this.call = AsyncResource.bind(call);
    // Node 24 and later warn of the others, and Node 20 sets them to 1 without a word.
    if (!(ms >= 0 && ms <= 2 ** 31 - 1)) throw new RangeError(`a timer cannot wait for ${ms} ms`);
    this.ms = Math.max(ms, 1);
    this.repeats = repeats;
    this.refresh();
  }

  refresh(): this {
    this.due = this.clock.now() + this.ms;
    this.clock.add(this);
    return this;
  }

  close(): this {
    this._destroyed = true;
    this.clock.delete(this);
    return this;
  }

  ref(): this {
    this.referenced = true;
    return this;
  }

  unref(): this {
    this.referenced = false;
    return this;
  }

  hasRef(): boolean {
    return this.referenced;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

export class TurnClock {
  readonly #timers = new Set<TurnTimer>();
  #passed = 0;
  #looked = real.now();
  #ticking = false;

  now(): number {
    return this.#passed;
  }

  add(timer: TurnTimer): void {
    this.#timers.add(timer);
    if (this.#ticking) return;
    this.#ticking = true;
    this.#looked = real.now();
    this.#tick();
  }

  delete(timer: TurnTimer): void {
    this.#timers.delete(timer);
  }

  set(call: () => void, ms: number, repeats: boolean): TurnTimer {
    return new TurnTimer(this, call, ms, repeats);
  }

  #tick(): void {
    const ticker = real.setTimeout(() => {
      const now = real.now();
      this.#passed += Math.min(now - this.#looked, MOST_MS);
      this.#looked = now;
      this.#run();
      if (this.#timers.size > 0) this.#tick();
      else this.#ticking = false;
    }, STEP_MS);
    if (![...this.#timers].some((timer) => timer.referenced)) ticker.unref();
  }

  #run(): void {
    const due = [...this.#timers].filter((timer) => timer.due <= this.#passed).sort((a, b) => a.due - b.due);
    for (const timer of due) {
      // One before it may have cleared it.
      if (!this.#timers.has(timer)) continue;
      if (timer.repeats) timer.refresh();
      else timer.close();
      // As with Node's own, what one throws ends the process, and keeps no other from being called.
      try {
        timer.call();
      } catch (error) {
        real.setImmediate(() => {
          throw error;
        });
      }
    }
  }
}

/** The clock of this process: whoever imports this file gets it, for good. A file of tests has a process of its own. */
export const turnClock: TurnClock = install(new TurnClock());

function install(clock: TurnClock): TurnClock {
  const { clearTimeout } = globalThis;
  const clear = (timer: unknown): void => {
    if (timer instanceof TurnTimer) timer.close();
    else clearTimeout(timer as NodeJS.Timeout);
  };
  const setter =
    (repeats: boolean) =>
    (call: (...args: unknown[]) => void, ms = 1, ...args: unknown[]) =>
      clock.set(() => call(...args), ms, repeats);
  Object.assign(globalThis, {
    setTimeout: Object.assign(setter(false), real.setTimeout),
    setInterval: setter(true),
    clearTimeout: clear,
    clearInterval: clear,
  });
  performance.now = () => clock.now();
  return clock;
}
