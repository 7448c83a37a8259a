import { median } from '../measure/statistics.ts';
import type { Recorded } from '../report/files.ts';
import { missedLines, outcomeTable } from '../report/outcome.ts';
import { markdownTable } from '../report/table.ts';
import { type TaskId, task as workloadOf } from '../workload/tasks.ts';
import { workloads } from '../workload/workloads.ts';
import type { SpeedRow } from './speed.ts';
import type { Target } from './targets.ts';
import { judge } from './verdict.ts';

export const VERDICT_HEADS: readonly string[] = [
  'work',
  'form of Mote',
  'target',
  'measured: median (range of the rounds)',
];

export function timeTable(rows: readonly SpeedRow[]): string[][] {
  return [
    ['work', 'codec', 'form', 'ns per packet', 'lowest', 'highest', 'B on heap', 'B off heap'],
    ...rows.map(({ task, codec, form, ns, heap, offHeap }) => [
      task,
      codec,
      form,
      ...[median(ns), Math.min(...ns), Math.max(...ns)].map(digits),
      bytes(heap),
      bytes(offHeap),
    ]),
  ];
}

export const TIME_COLUMNS: readonly number[] = [3, 4, 5, 6, 7];

/** The part of docs/performance.md about the codec. */
export function speedSection({ result: rows }: Recorded<readonly SpeedRow[]>, targets: readonly Target[]): string {
  const outcomes = judge(targets, rows);
  const titles = [...new Set(rows.map(({ task }) => workloadOf(task).workload))];
  return `${markdownTable(outcomeTable(VERDICT_HEADS, outcomes))}

${missedLines(outcomes)}

${titles.map((id) => `- ${id}: ${workloads[id].title}`).join('\n')}

${(['encode', 'decode'] as const).map((direction) => oneDirection(rows, direction)).join('\n\n')}`;
}

function oneDirection(rows: readonly SpeedRow[], direction: 'encode' | 'decode'): string {
  const chosen = rows.filter(({ task }: { task: TaskId }) => task.startsWith(direction));
  if (chosen.length === 0) return '';
  return `<details><summary>Every figure: ${direction}</summary>\n\n${markdownTable(timeTable(chosen), TIME_COLUMNS)}\n\n</details>`;
}

function digits(ns: number): string {
  return ns < 100 ? ns.toFixed(1) : Math.round(ns).toLocaleString('en');
}

function bytes(value: number | undefined): string {
  return value === undefined ? '' : value < 0.5 ? '0' : Math.round(value).toLocaleString('en');
}
