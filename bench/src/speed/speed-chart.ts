import { median } from '../measure/statistics.ts';
import { type BarGroup, barChart } from '../report/bar-chart.ts';
import type { TaskId } from '../workload/tasks.ts';
import type { SpeedRow } from './speed.ts';

const GROUPS: readonly (readonly [TaskId, string])[] = [
  ['encode W1', 'Encode a PUBLISH of 100 bytes'],
  ['decode W1', 'Decode it, from 64 KiB chunks'],
  ['encode W4', 'Encode a PUBACK'],
  ['decode W7 64 KiB', 'Decode a mixed stream, from 64 KiB chunks'],
  ['decode W7 1..1460 B', 'The same, from chunks of 1 to 1,460 bytes'],
];

/** docs/speed.svg */
export function speedChart(rows: readonly SpeedRow[]): string {
  const groups = GROUPS.map(([task, title]): BarGroup => {
    const bars = rows
      .filter((row) => row.task === task)
      .map(({ codec, form, ns }) => ({
        label:
          codec === 'mote'
            ? `Mote: ${form}`
            : codec === 'limit'
              ? 'limit: Uint8Array.set'
              : `${codec} ${shortened(form)}`,
        value: median(ns),
        kind: codec === 'mote' ? ('ours' as const) : codec === 'limit' ? ('limit' as const) : ('theirs' as const),
      }));
    return { title, bars };
  });
  return barChart(
    'CPU time of one packet, logarithmic scale: shorter is better',
    'ns',
    groups.filter(({ bars }) => bars.length > 0),
  );
}

/** Only mqtt-packet has two ways to encode. */
function shortened(form: string): string {
  return form.startsWith('writeToStream') ? 'writeToStream' : '';
}
