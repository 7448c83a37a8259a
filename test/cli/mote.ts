import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { nodeEnvironment } from '../support/node-environment.ts';

export const MAIN = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `mote` as a process of its own, with nothing of DPS_… from the environment of the tests. */
export function spawnMote(
  words: readonly string[],
  environment: Record<string, string> = {},
): ChildProcessWithoutNullStreams {
  const { PATH = '' } = process.env;
  return spawn(process.execPath, [MAIN, ...words], {
    env: { PATH, NO_COLOR: '1', ...nodeEnvironment(), ...environment },
  });
}

/** Runs `mote` until it ends by itself. */
export async function mote(words: readonly string[], environment: Record<string, string> = {}): Promise<Outcome> {
  return await outcomeOf(spawnMote(words, environment));
}

export async function outcomeOf(
  child: ChildProcessWithoutNullStreams,
  input: string | Uint8Array = '',
): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** The first line of a child's standard output. */
export async function firstLine(child: ChildProcessWithoutNullStreams): Promise<string> {
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, 'line')) as [string];
  return line;
}
