import { beforeAll, expect, test } from 'vitest';
import { quietly } from './quietly.ts';

/** At a time; they wait for sockets more than they work. */
const ABREAST = 24;

/** In `pnpm test`, one of so many. */
const SHARE = 8;
export const TODAY: number = Math.floor(Date.now() / 86_400_000);

/** A part that changes from day to day: what one run leaves out, another has. */
export function todays<T>(all: readonly T[]): T[] {
  return all.filter((_, i) => (i + TODAY) % SHARE === 0);
}

/** Calls `run` for each, many at a time. What it throws is for `run` to keep. */
export async function abreast<T>(all: readonly T[], run: (one: T) => Promise<void>, width = ABREAST): Promise<void> {
  const waiting = [...all];
  const work = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await run(one);
  };
  await Promise.all(Array.from({ length: width }, work));
}

/** A test for each, in which they are tried abreast; together they have to leave a quiet process behind. */
export function testAbreast<T>(
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
      abreast(all, async (one) => settle.get(one)?.(await tryOut(one).catch((error: unknown) => error)), width),
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
