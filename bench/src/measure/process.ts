import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Job, Memory } from './job.ts';
import type { Sampler } from './turns.ts';

const run = promisify(execFile);
const child = fileURLToPath(new URL('./child.js', import.meta.url));

// A process that moves to another processor loses its caches, so each one is kept on one processor, if the system allows it.
const lastCpu = String(availableParallelism() - 1);
const canPin = spawnSync('taskset', ['-c', lastCpu, 'true']).status === 0;

export const pinnedTo: string | undefined = canPin ? lastCpu : undefined;

/** What this job allocates, in a process of its own. */
export async function memoryInOwnProcess(job: Job, flags: readonly string[]): Promise<Memory> {
  const memoryFlags = ['--expose-gc', '--max-semi-space-size=256', '--min-semi-space-size=256'];
  return JSON.parse(await output([...flags, ...memoryFlags, child, JSON.stringify(job)])) as Memory;
}

/** Starts the process that takes samples of the time of this job: nanoseconds of its CPU time for one packet. */
export function startJob(job: Job, flags: readonly string[]): Promise<Sampler<number>> {
  return startSampler([...flags, child, JSON.stringify(job)]);
}

/**
 * Starts node with these arguments on the one processor, for a program that sends a message when it is warm, and a sample for each message
 * that it gets. Resolves when it is warm.
 */
export async function startSampler<T>(args: readonly string[]): Promise<Sampler<T>> {
  const [file, words] = pinned(args);
  const started = spawn(file, words, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(started, 'exit').then(() => {
    throw new Error(`a process of the benchmark has ended: ${args.join(' ')}`);
  });
  ended.catch(() => {});
  const next = async (): Promise<unknown> => (await Promise.race([once(started, 'message'), ended]))[0];
  await next();
  return {
    async sample() {
      started.send('sample');
      return (await next()) as T;
    },
    stop: () => started.disconnect(),
  };
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
