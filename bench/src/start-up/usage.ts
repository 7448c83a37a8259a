import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pinned } from '../measure/process.ts';

/** Of a whole process, from its start until it ended. */
export interface Usage {
  readonly cpuMs: number;
  /** Resident memory at the end. */
  readonly rssMb: number;
  readonly wallMs: number;
}

const hook = new URL('./usage-hook.js', import.meta.url).href;
const bench = fileURLToPath(new URL('../..', import.meta.url));

/** Runs node with these arguments; rejects, with what it said, unless it ends with 0. */
export async function usageOf(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Usage> {
  const started = performance.now();
  const child = spawn(...pinned(['--import', hook, ...args]), {
    cwd: bench,
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const [complaint, report, code] = await Promise.all([
    textOf(child.stdio[2]!),
    textOf(child.stdio[3] as NodeJS.ReadableStream),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ]);
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}: ${complaint}`);
  return { ...(JSON.parse(report) as Omit<Usage, 'wallMs'>), wallMs: performance.now() - started };
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
