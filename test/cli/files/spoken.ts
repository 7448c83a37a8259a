import { vi } from 'vitest';
import { run } from '../../../packages/cli/src/run.ts';

export interface Spoken {
  readonly code: number;
  /** Both streams. */
  readonly text: string;
  readonly stderr: string;
}

/** Runs the command in this process and hears what it says. One at a time. */
export async function spoken(words: readonly string[], environment: Record<string, string> = {}): Promise<Spoken> {
  const said = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      said[name] += text;
      return true;
    }),
  );
  try {
    const code = await run(words, environment);
    return { code, text: said.stdout + said.stderr, stderr: said.stderr };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
