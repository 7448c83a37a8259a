import { getEventListeners } from 'node:events';
import { Socket } from 'node:net';
import { inspect } from 'node:util';
import { type ProvisioningErrorCode, type ProvisionOptions, provision } from '@mote/client';
import { expect } from 'vitest';
import type { Canaries } from './canaries.ts';
import { Surroundings } from './surroundings.ts';
import { until } from './until.ts';

// One provisioning, and what the fault model wants to be true behind each: one settlement in time, nothing left open, no
// secret in anything that was said, only legal packets on the wire, and a next call that works. What only a whole process
// can show (unhandled rejections, warnings, memory) is held against all of them together.

export type Verdict = 'assigned' | 'aborted' | 'no-memory' | ProvisioningErrorCode;

export interface Trial {
  readonly options: ProvisionOptions & { readonly timeoutMs: number };
  readonly canaries: Canaries;
  readonly surroundings?: Surroundings | undefined;
  /** Where the client's sockets may lead. */
  readonly ports: readonly number[];
  /** What the judge of the wire has to say. */
  readonly faults: () => readonly string[];
  /** Runs when the call has settled, before anything is judged. */
  readonly settled?: (() => void | Promise<void>) | undefined;
  /** Runs when nothing is found fault with. */
  readonly judged?: (() => void | Promise<void>) | undefined;
  /** Makes everything good, for the call after this one. */
  readonly recover: () => void;
}

export interface Outcome {
  readonly verdict: Verdict;
  /** The assignment or the error. */
  readonly value: unknown;
  readonly tookMs: number;
}

/** Of a flood, the beginning and the end are looked at for secrets. */
const MANY = 400;

export async function undergo(trial: Trial): Promise<Outcome> {
  const { options, canaries, surroundings = new Surroundings() } = trial;
  const seen: unknown[] = [];
  const began = performance.now();
  const deadline = new Deadline(options.timeoutMs);
  const value = await surroundings.run(() =>
    provision({
      ...options,
      onProgress(event) {
        seen.push(event);
        options.onProgress?.(event);
      },
      onPacket(direction, packet) {
        seen.push(direction, packet);
        options.onPacket?.(direction, packet);
      },
    }).catch((error: unknown) => error),
  );
  const tookMs = performance.now() - began;
  deadline.met();
  const before = seen.length;
  await trial.settled?.();
  // A destroyed socket is closed a turn or two later.
  await until(() => openSockets(trial.ports) === 0);
  const { signal } = options;
  const what = inspect(value, { depth: 3 });
  expect(deadline.missed, `late, after ${tookMs} ms: ${what}`).toBe(false);
  expect(openSockets(trial.ports), `sockets left behind ${what}`).toBe(0);
  // Each call sets one at least: the watch sees them.
  expect(surroundings.timers.length).toBeGreaterThan(0);
  expect(surroundings.pendingTimers, `timers left behind ${what}`).toBe(0);
  if (signal) expect(getEventListeners(signal, 'abort').length, 'listeners left at the signal').toBe(0);
  expect(seen.length - before, 'events behind the result').toBe(0);
  expect(
    canaries.readableIn([value, ...seen.slice(0, MANY), ...seen.slice(MANY).slice(-MANY)]).join(),
    'secrets that show',
  ).toBe('');
  expect(trial.faults().join('; '), `the wire, ending in ${what}`).toBe('');
  await trial.judged?.();
  trial.recover();
  const { signal: _, ...again } = options;
  await expect(provision({ ...again, timeoutMs: 10_000 }), `the call after ${what}`).resolves.toMatchObject({
    assignedHub: 'hub.test',
  });
  return { verdict: verdictOf(value, signal), value, tookMs };
}

/**
 * The deadline and the 250 ms that the fault model gives on top, by timers that wait beside the call: where a busy process is
 * late, it is late for both.
 */
class Deadline {
  missed = false;
  #timer: NodeJS.Timeout;

  constructor(ms: number) {
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(() => {
        this.missed = true;
      }, 250);
    }, ms);
  }

  met(): void {
    clearTimeout(this.#timer);
  }
}

function verdictOf(value: unknown, signal: AbortSignal | undefined): Verdict {
  if (signal?.aborted && value === signal.reason) return 'aborted';
  // What is no fault of the network rejects as what it is.
  if (value instanceof RangeError) return 'no-memory';
  // The codes are a closed union, which the client's own tests hold.
  return value instanceof Error && 'code' in value ? (value.code as ProvisioningErrorCode) : 'assigned';
}

/** Of this process, to one of the ports: Node tells only its undocumented friends. */
function openSockets(ports: readonly number[]): number {
  if (!('_getActiveHandles' in process) || typeof process._getActiveHandles !== 'function')
    throw new Error('this Node does not tell what is open');
  const handles: unknown[] = process._getActiveHandles();
  return handles.filter((handle) => handle instanceof Socket && ports.includes(handle.remotePort ?? -1)).length;
}
