import { execFile, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Job, Memory, Time } from './job.ts';

const run = promisify(execFile);
const child = fileURLToPath(new URL('./child.js', import.meta.url));

// A process that moves to another processor loses its caches, so each one is kept on one processor, if the system allows it.
const lastCpu = String(availableParallelism() - 1);
const canPin = spawnSync('taskset', ['-c', lastCpu, 'true']).status === 0;

export const pinnedTo: string | undefined = canPin ? lastCpu : undefined;

export async function inOwnProcess(job: Job & { measure: 'time' }, flags: readonly string[]): Promise<Time>;
export async function inOwnProcess(job: Job & { measure: 'memory' }, flags: readonly string[]): Promise<Memory>;
export async function inOwnProcess(job: Job, flags: readonly string[]): Promise<Time | Memory> {
  const memoryFlags =
    job.measure === 'memory' ? ['--expose-gc', '--max-semi-space-size=256', '--min-semi-space-size=256'] : [];
  const text = await output([...flags, ...memoryFlags, child, JSON.stringify(job)]);
  return JSON.parse(text) as Time | Memory;
}

/** Runs node with these arguments on the one processor; returns what it printed. */
export async function output(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const { stdout } = await run(...pinned(args), { env, maxBuffer: 1 << 24 });
  return stdout;
}

/** The command that runs node with these arguments there. */
export function pinned(args: readonly string[]): [file: string, args: string[]] {
  return canPin ? ['taskset', ['-c', lastCpu, process.execPath, ...args]] : [process.execPath, [...args]];
}
