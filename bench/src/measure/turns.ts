import { shuffle } from '../workload/random.ts';

/** What takes samples of one subject. */
export interface Sampler<T> {
  sample(): Promise<T>;
  stop(): void;
}

/**
 * One round of subjects that are compared. The processor of a shared machine changes its pace from second to second, to half and back. So
 * all subjects are warm before the first sample, they take turns in shuffled order, and what is returned are their samples of the one turn
 * in which they were fastest together.
 */
export async function fastestTurn<T>(
  samplers: readonly Sampler<T>[],
  turns: number,
  random: () => number,
  timeOf: (sample: T) => number,
): Promise<T[]> {
  const taken: T[][] = [];
  for (let n = 0; n < turns; n++) {
    const turn: T[] = [];
    const order = shuffle([...samplers.keys()], random);
    for (const at of order) turn[at] = await samplers[at]!.sample();
    taken.push(turn);
  }
  for (const sampler of samplers) sampler.stop();
  const lowest = samplers.map((_, at) => Math.min(...taken.map((turn) => timeOf(turn[at]!))));
  /** How much slower than in the best turn of each, all together. */
  const delay = (turn: T[]): number => turn.reduce((sum, sample, at) => sum + timeOf(sample) / lowest[at]!, 0);
  return taken.reduce((one, other) => (delay(other) < delay(one) ? other : one));
}
