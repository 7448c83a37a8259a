import { beforeAll, expect, test } from 'vitest';
import { quietly } from './quietly.ts';

/** Calls at the same time. They wait for sockets most of the time. */
const MOST_AT_ONCE = 24;

/** `pnpm test` runs one in this many. */
const SHARE = 8;
export const TODAY: number = Math.floor(Date.now() / 86_400_000);

/** A part of the list, another one each day: so all of it is run within some days. */
export function todays<T>(all: readonly T[]): T[] {
  return all.filter((_, i) => (i + TODAY) % SHARE === 0);
}

/** Calls `run` for each, many at the same time. `run` must catch its own errors. */
export async function concurrently<T>(
  all: readonly T[],
  run: (one: T) => Promise<void>,
  width = MOST_AT_ONCE,
): Promise<void> {
  const waiting = [...all];
  const work = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await run(one);
  };
  await Promise.all(Array.from({ length: width }, work));
}

/** A test for each, in which they are tried at the same time; together they have to leave a quiet process behind. */
export function testConcurrently<T>(
  all: readonly T[],
  title: (one: T) => string,
  tryOut: (one: T) => Promise<void>,
  width?: number,
): void {
  const outcomes = new Map<T, Promise<unknown>>();
  let quiet: Promise<string[]> | undefined;

  beforeAll(() => {
    const settle = new Map<T, (error: unknown) => void>();
    for (const one of all) outcomes.set(one, new Promise((resolve) => settle.set(one, resolve)));
    quiet = quietly(() =>
      concurrently(all, async (one) => settle.get(one)?.(await tryOut(one).catch((error: unknown) => error)), width),
    );
  });

  for (const one of all)
    test(title(one), async () => {
      const error = await outcomes.get(one);
      if (error instanceof Error) throw error;
      expect(error).toBeUndefined();
    }, 60_000);

  // A test, so that it is over before the next of them begin.
  test(`${all.length} runs leave a quiet process behind`, async () => expect(await quiet).toEqual([]), 60_000);
}
