import { vi } from 'vitest';
import { run } from '../../packages/cli/src/run.ts';
import type { Outcome } from './mote.ts';

/**
 * Runs `mote` in this process, which is faster than one of its own by the start of Node. What runs at the same time shares the
 * streams: run one after the other where it matters who said what.
 */
export async function here(words: readonly string[], environment: Record<string, string> = {}): Promise<Outcome> {
  const texts = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((chunk) => {
      texts[name] += String(chunk);
      return true;
    }),
  );
  try {
    return { code: await run(words, environment), ...texts };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
