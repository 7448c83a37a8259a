import { median } from '../measure/statistics.ts';
import { type Outcome, over } from '../report/outcome.ts';
import type { StartUp, StartUpRow } from './start-up.ts';
import type { Usage } from './usage.ts';

export function startUpTables({ imports, provisions }: StartUp): {
  imports: string[][];
  provisions: string[][];
  outcomes: Outcome[];
} {
  return {
    imports: table(imports, 'import of'),
    provisions: table(provisions, 'start to assigned'),
    outcomes: verdicts(imports, provisions),
  };
}

export const START_UP_COLUMNS: readonly number[] = [1, 2, 3, 4];
export const START_UP_HEADS: readonly string[] = ['', 'target', 'measured: median (range of the middle half)'];

function table(rows: readonly StartUpRow[], first: string): string[][] {
  const bare = rows[0]!;
  return [
    [first, 'CPU, ms', 'beyond bare Node', 'memory, MB', 'beyond bare Node', 'wall, ms'],
    ...rows.map((row) => [
      row.what,
      middle(row, cpu).toFixed(1),
      median(pairs(row, bare, (one, other) => one.cpuMs - other.cpuMs)).toFixed(1),
      middle(row, ({ rssMb }) => rssMb).toFixed(1),
      median(pairs(row, bare, (one, other) => one.rssMb - other.rssMb)).toFixed(1),
      Math.round(middle(row, ({ wallMs }) => wallMs)).toString(),
    ]),
  ];
}

/** Time, CPU and memory of an import, beyond those of bare Node; nothing for one that was not measured. */
export function beyondBare(rows: readonly StartUpRow[], what: string): string[] {
  const row = find(rows, what);
  const more = (pick: (usage: Usage) => number): string =>
    row ? median(pairs(row, rows[0]!, (one, bare) => pick(one) - pick(bare))).toFixed(1) : '';
  return [more(({ wallMs }) => wallMs), more(cpu), more(({ rssMb }) => rssMb)];
}

function verdicts(imports: readonly StartUpRow[], provisions: readonly StartUpRow[]): Outcome[] {
  const [tls, client] = [find(imports, 'node:tls')!, find(imports, '@mote/client')!];
  const percent = pairs(client, tls, (ours, bare) => 100 * (ours.cpuMs / bare.cpuMs - 1));
  const megabytes = pairs(client, tls, (ours, bare) => ours.rssMb - bare.rssMb);
  const lines = [
    verdict('import @mote/client', 'at most 3 % CPU over node:tls', percent, 3, '%'),
    verdict('import @mote/client', 'at most 1 MB over node:tls', megabytes, 1, 'MB'),
  ];
  const [bare, mote, azure] = [provisions[0]!, find(provisions, 'Mote')!, find(provisions, 'Azure SDK')];
  if (!azure) return lines;
  const added = (row: StartUpRow, pick: (usage: Usage) => number) =>
    row.usages.map((usage, round) => pick(usage) - pick(bare.usages[round]!));
  const share = (pick: (usage: Usage) => number) => {
    const theirs = added(azure, pick);
    return added(mote, pick).map((ours, round) => ours / theirs[round]!);
  };
  const whole = pairs(mote, azure, (ours, theirs) => ours.cpuMs / theirs.cpuMs);
  return [
    ...lines,
    verdict('start to assigned, CPU of the whole process', 'at most 0.33 of the Azure SDK', whole, 1 / 3, ''),
    verdict('start to assigned, CPU beyond bare Node', 'at most 0.33 of the Azure SDK', share(cpu), 1 / 3, ''),
    verdict(
      'start to assigned, memory beyond bare Node',
      'at most 0.33 of the Azure SDK',
      share(({ rssMb }) => rssMb),
      1 / 3,
      '',
    ),
  ];
}

function verdict(what: string, goal: string, values: readonly number[], limit: number, unit: string): Outcome {
  const sorted = [...values].sort((a, b) => a - b);
  const mid = median(sorted);
  const [low, middleOne, high] = [sorted[sorted.length >> 2]!, mid, sorted[(3 * sorted.length) >> 2]!].map((value) =>
    value.toFixed(2),
  );
  const missedBy = mid <= limit ? undefined : unit ? `${(mid - limit).toFixed(2)} ${unit} over` : over(limit, mid);
  return { about: [what], goal, measured: `${middleOne} ${unit} (${low} to ${high})`.replace('  ', ' '), missedBy };
}

function find(rows: readonly StartUpRow[], what: string): StartUpRow | undefined {
  return rows.find((row) => row.what === what);
}

/** Compared within one round: what disturbed the one disturbed the other. */
function pairs(one: StartUpRow, other: StartUpRow, compare: (one: Usage, other: Usage) => number): number[] {
  return one.usages.map((usage, round) => compare(usage, other.usages[round]!));
}

function middle({ usages }: StartUpRow, pick: (usage: Usage) => number): number {
  return median(usages.map(pick));
}

function cpu({ cpuMs }: Usage): number {
  return cpuMs;
}
