import { median } from '../measure/statistics.ts';
import { type Outcome, over, shortOf } from '../report/outcome.ts';
import type { TaskId } from '../workload/tasks.ts';
import type { SpeedRow } from './speed.ts';
import { type Rival, rivals, type SpeedTarget, type Target } from './targets.ts';

/** One outcome for each task of each target that has been measured. */
export function judge(targets: readonly Target[], rows: readonly SpeedRow[]): Outcome[] {
  return targets.flatMap((target) =>
    target.tasks.flatMap((task) => {
      const ours = find(rows, task, 'mote', target.form);
      if (!ours) return [];
      const verdict =
        'of' in target
          ? compareTimes(target, ours, findRival(rows, task, target.of), findRival(rows, task, 'Uint8Array.set'))
          : compareBytes(target.atMostBytes, ours);
      return verdict ? [{ about: [task, target.form], ...verdict }] : [];
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

type Verdict = Omit<Outcome, 'about'>;

function compareTimes(
  target: SpeedTarget,
  ours: SpeedRow,
  theirs: SpeedRow | undefined,
  limit: SpeedRow | undefined,
): Verdict | undefined {
  if (!theirs) return undefined;
  if (target.atLeast !== undefined) {
    const times = median(ratios(theirs, ours));
    const ofLimit = limit && median(ratios(theirs, limit));
    const short = shortOf(target.atLeast, times);
    // A missed target is told with this limit if our time is within a quarter of that of a plain copy: then no encoder could meet it here.
    const atLimit = ofLimit !== undefined && ofLimit < target.atLeast && Math.abs(times / ofLimit - 1) < 0.25;
    return {
      goal: `at least ${target.atLeast} x ${target.of}`,
      measured: spread(ratios(theirs, ours)),
      missedBy: short && atLimit ? `${short}; Uint8Array.set alone comes to ${digits(ofLimit)} x` : short,
    };
  }
  const times = ratios(ours, theirs);
  return {
    goal: `within ${target.within} x ${target.of}`,
    measured: spread(times),
    missedBy: over(target.within!, median(times)),
  };
}

function compareBytes(atMost: number, { heap, offHeap = 0 }: SpeedRow): Verdict | undefined {
  if (heap === undefined) return undefined;
  const bytes = heap + offHeap;
  // Less than one byte per packet comes from an allocation per pass or per chunk, divided by the number of its packets.
  const missedBy = bytes < atMost + 1 ? undefined : `${(bytes - atMost).toFixed(1)} B over`;
  return { goal: `at most ${atMost} B`, measured: `${bytes.toFixed(1)} B`, missedBy };
}

function spread(values: readonly number[]): string {
  return `${digits(median(values))} x (${digits(Math.min(...values))} to ${digits(Math.max(...values))})`;
}

function digits(value: number): string {
  return value < 10 ? value.toFixed(2) : value.toFixed(1);
}
