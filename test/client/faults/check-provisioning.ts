import { getEventListeners } from 'node:events';
import { Socket } from 'node:net';
import { inspect } from 'node:util';
import { type ProvisioningErrorCode, type ProvisionOptions, provision } from '@mote/client';
import { expect } from 'vitest';
import { Environment } from './environment.ts';
import type { PlantedSecrets } from './planted-secrets.ts';
import { until } from './until.ts';

// Runs one provisioning and checks what the fault model asks of each: it settles once and in time, leaves nothing open, shows no secret
// in events and errors, sends only legal packets, and a next call works. What only a whole process can show (unhandled rejections,
// warnings, memory) is checked for all of them together.

export type Verdict = 'assigned' | 'aborted' | 'no-memory' | ProvisioningErrorCode;

export interface ProvisionRun {
  readonly options: ProvisionOptions & { readonly timeoutMs: number };
  readonly planted: PlantedSecrets;
  readonly environment?: Environment | undefined;
  /** The ports to which the client may have sockets. */
  readonly ports: readonly number[];
  /** Returns what was wrong with the packets that were sent. */
  readonly faults: () => readonly string[];
  /** Called when the call has settled, before anything is checked. */
  readonly settled?: (() => void | Promise<void>) | undefined;
  /** Called when all checks have passed. */
  readonly judged?: (() => void | Promise<void>) | undefined;
  /** Removes the fault, for the call after this one. */
  readonly recover: () => void;
}

export interface Outcome {
  readonly verdict: Verdict;
  /** The assignment or the error. */
  readonly value: unknown;
  readonly tookMs: number;
}

/** Events at the beginning, and at the end, that are searched for secrets. There may be a flood of them. */
const MANY = 400;

export async function checkProvisioning(run: ProvisionRun): Promise<Outcome> {
  const { options, planted, environment = new Environment() } = run;
  const seen: unknown[] = [];
  const began = performance.now();
  const deadline = new Deadline(options.timeoutMs);
  const value = await environment.run(() =>
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
  await run.settled?.();
  // A destroyed socket is closed a turn or two later.
  await until(() => openSockets(run.ports) === 0);
  const { signal } = options;
  const what = inspect(value, { depth: 3 });
  expect(deadline.missed, `late, after ${tookMs} ms: ${what}`).toBe(false);
  expect(openSockets(run.ports), `sockets left behind ${what}`).toBe(0);
  // Each call sets at least one timer. This shows that timers are seen at all.
  expect(environment.timers.length).toBeGreaterThan(0);
  expect(environment.pendingTimers, `timers left behind ${what}`).toBe(0);
  if (signal) expect(getEventListeners(signal, 'abort').length, 'listeners left at the signal').toBe(0);
  expect(seen.length - before, 'events behind the result').toBe(0);
  expect(
    planted.readableIn([value, ...seen.slice(0, MANY), ...seen.slice(MANY).slice(-MANY)]).join(),
    'secrets that show',
  ).toBe('');
  expect(run.faults().join('; '), `the wire, ending in ${what}`).toBe('');
  await run.judged?.();
  run.recover();
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
  // An error that is no fault of the network rejects as it is.
  if (value instanceof RangeError) return 'no-memory';
  // The codes are a closed union, which the client's own tests hold.
  return value instanceof Error && 'code' in value ? (value.code as ProvisioningErrorCode) : 'assigned';
}

/** Open sockets of this process to one of the ports. Node has only an undocumented function for them. */
function openSockets(ports: readonly number[]): number {
  if (!('_getActiveHandles' in process) || typeof process._getActiveHandles !== 'function')
    throw new Error('this Node does not tell what is open');
  const handles: unknown[] = process._getActiveHandles();
  return handles.filter((handle) => handle instanceof Socket && ports.includes(handle.remotePort ?? -1)).length;
}
