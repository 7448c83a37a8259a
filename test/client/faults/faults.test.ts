import { expect, test } from 'vitest';
import model from '../../vectors/faults.json' with { type: 'json' };
import { ALL, record } from '../figures.ts';
import { TestAuthority } from '../hostile/certificates.ts';
import { runCell, SILENT } from './cell.ts';
import { concurrently } from './concurrent.ts';
import { anyMalformed } from './malformed.ts';
import { quietly } from './quietly.ts';
import { type Cell, type Persistence, verdicts } from './verdicts.ts';

// Every stage x fault of the fault model, over TLS and WebSocket. `pnpm test:reliability` runs all cells, each with a fault that
// stays, and those that a client survives once more with one that happens once; `pnpm test` runs a sample that has each fault
// and each stage.
/** At a time; these mostly wait. */
const MOST_AT_ONCE = 40;
const SURVIVED = ['rst', 'fin', 'half-open', 'tls-alert', ...SILENT];

type Run = readonly [Cell, Persistence];

const authority = new TestAuthority();
const cells = model.cells.flatMap((cell: Cell): Run[] => {
  const once = SURVIVED.includes(cell.fault) && verdicts(cell, 'once')[0] === 'assigned' && wouldFail(cell);
  return once
    ? [
        [cell, 'always'],
        [cell, 'once'],
      ]
    : [[cell, 'always']];
});
const chosen = ALL ? cells : sample(cells);

test(`the sample has each of the ${model.faults.length} faults and ${model.stages.length} stages`, () => {
  expect(new Set(chosen.map(([cell]) => cell.fault)).size).toBe(model.faults.length);
  expect(new Set(chosen.map(([cell]) => cell.stage)).size).toBe(model.stages.length);
});

test(`${chosen.length} runs through the fault model end as it says, and leave nothing behind`, async () => {
  const wrong: string[] = [];
  const verdictsSeen = new Map<string, number>();
  const run = async ([cell, persistence]: Run): Promise<void> => {
    try {
      const verdict = await runCell(cell, persistence, authority, anyMalformed());
      verdictsSeen.set(verdict, (verdictsSeen.get(verdict) ?? 0) + 1);
    } catch (error) {
      wrong.push(
        `${cell.stage} x ${cell.fault} over ${cell.transport}, ${persistence}: ${(error as Error).message.slice(0, 600)}`,
      );
    }
  };
  wrong.push(...(await quietly(() => concurrently(chosen, run, MOST_AT_ONCE))));
  const counts = [...verdictsSeen].sort(([, a], [, b]) => b - a);
  record('faults', {
    cells: model.cells.length,
    runs: chosen.length,
    ...Object.fromEntries(counts),
    'not as the model says': wrong.length,
  });
  expect(wrong).toEqual([]);
}, 600_000);

/** A cell whose fault, when it stays, ends the provisioning. */
function wouldFail(cell: Cell): boolean {
  return !verdicts(cell, 'always').includes('assigned');
}

/** Each fault at two stages and each stage at least once, moving on through both; and what is late once. */
function sample(all: readonly Run[]): Run[] {
  const persistent = all.filter(([, persistence]) => persistence === 'always');
  const byFault = model.faults.flatMap(({ id }, i) => {
    const those = persistent.filter(([cell]) => cell.fault === id);
    return [those[(i * 5) % those.length]!, those[(i * 11 + 4) % those.length]!];
  });
  const byStage = model.stages.map(({ id }, i) => {
    const those = persistent.filter(([cell]) => cell.stage === id);
    return those[(i * 7) % those.length]!;
  });
  const lateOnce = all.filter(([cell, persistence]) => cell.fault === 'late' && persistence === 'once');
  return [...new Set([...byFault, ...byStage, ...lateOnce])];
}
