import { median } from '../measure/statistics.ts';
import type { TaskId } from '../workload/tasks.ts';
import type { SpeedRow } from './speed.ts';
import { type Rival, rivals, type SpeedTarget, type Target } from './targets.ts';

export interface Verdict {
  readonly task: TaskId;
  readonly form: string;
  /** `at least 20 x generate` */
  readonly goal: string;
  /** `23.1 x (22.0 to 24.5)` */
  readonly measured: string;
  readonly met: boolean;
}

/** One verdict for each task of each target that has been measured. */
export function judge(targets: readonly Target[], rows: readonly SpeedRow[]): Verdict[] {
  return targets.flatMap((target) =>
    target.tasks.flatMap((task) => {
      const ours = find(rows, task, 'mote', target.form);
      if (!ours) return [];
      const verdict =
        'of' in target ? compareTimes(target, ours, findRival(rows, task, target.of)) : weigh(target.atMostBytes, ours);
      return verdict ? [{ task, form: target.form, ...verdict }] : [];
    }),
  );
}

/** How many times the one's time the other took, round by round: what disturbed one round disturbed both. */
export function ratios(slower: SpeedRow, faster: SpeedRow): number[] {
  return slower.ns.map((ns, round) => ns / faster.ns[round]!);
}

export function find(rows: readonly SpeedRow[], task: TaskId, codec: string, form: string): SpeedRow | undefined {
  return rows.find((row) => row.task === task && row.codec === codec && row.form === form);
}

function findRival(rows: readonly SpeedRow[], task: TaskId, rival: Rival): SpeedRow | undefined {
  const [codec, form] = rivals[rival];
  return find(rows, task, codec, form);
}

type Outcome = Pick<Verdict, 'goal' | 'measured' | 'met'>;

function compareTimes(target: SpeedTarget, ours: SpeedRow, theirs: SpeedRow | undefined): Outcome | undefined {
  if (!theirs) return undefined;
  if (target.atLeast !== undefined) {
    const times = ratios(theirs, ours);
    return {
      goal: `at least ${target.atLeast} x ${target.of}`,
      measured: spread(times),
      met: median(times) >= target.atLeast,
    };
  }
  const times = ratios(ours, theirs);
  return {
    goal: `within ${target.within} x ${target.of}`,
    measured: spread(times),
    met: median(times) <= target.within!,
  };
}

function weigh(atMost: number, { heap, offHeap = 0 }: SpeedRow): Outcome | undefined {
  if (heap === undefined) return undefined;
  const bytes = heap + offHeap;
  // Less than a byte is not of a packet but of a pass or of a chunk, shared out over its packets.
  return { goal: `at most ${atMost} B`, measured: `${bytes.toFixed(1)} B`, met: bytes < atMost + 1 };
}

function spread(values: readonly number[]): string {
  const digits = (value: number) => (value < 10 ? value.toFixed(2) : value.toFixed(1));
  return `${digits(median(values))} x (${digits(Math.min(...values))} to ${digits(Math.max(...values))})`;
}
