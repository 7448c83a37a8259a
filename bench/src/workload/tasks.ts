import type { WorkloadId } from './workloads.ts';

/** A chunk is one packet; as many whole packets as 64 KiB hold; or the stream is cut without regard to packets. */
export type Chunking = '1 packet' | 'packets' | '64 KiB' | '1..1460 B' | '1 B';

/** One thing to do: encode a workload, or decode it as it comes in chunks. */
export interface Task {
  readonly workload: WorkloadId;
  /** Undefined: encode. */
  readonly chunking: Chunking | undefined;
}

/** A direction, a workload, and the chunks it comes in: whole packets in 64 KiB when nothing is said. */
export type TaskId = (typeof tasks)[number];

// biome-ignore format: one line to a workload
export const tasks = [
  'encode W1', 'encode W2', 'encode W3', 'encode W4', 'encode W5', 'encode W6', 'encode W8', 'encode W9',
  'decode W1', 'decode W2', 'decode W3', 'decode W4 1 packet',
  'decode W7 64 KiB', 'decode W7 1..1460 B', 'decode W7 1 B',
  'decode W8', 'decode W9',
] as const;

export function task(id: TaskId): Task {
  const [direction, workload, ...chunking] = id.split(' ') as ['encode' | 'decode', WorkloadId, ...string[]];
  return {
    workload,
    chunking: direction === 'encode' ? undefined : ((chunking.join(' ') || 'packets') as Chunking),
  };
}

/** All tasks of one direction but those with one of these workloads. */
export function tasksOf(direction: 'encode' | 'decode', ...without: readonly WorkloadId[]): TaskId[] {
  return tasks.filter((id) => id.startsWith(direction) && !without.includes(task(id).workload));
}
