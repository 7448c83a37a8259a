import { expect, test } from 'vitest';
import model from '../../vectors/faults.json' with { type: 'json' };
import { ALL, record } from '../figures.ts';
import { TestAuthority } from '../hostile/certificates.ts';
import { type Cell, type Persistence, runCell } from './cell.ts';

// Every stage x fault of the fault model, over TLS and WebSocket. `pnpm test:reliability` runs all cells, each with a fault that
// stays and with one that happens once; `pnpm test` runs a sample that has each fault and each stage.
/** At a time; these mostly wait. */
const ABREAST = 40;
/** They move clocks that the whole process has. */
const ALONE = ['clock-wall', 'clock-mono'];

const authority = new TestAuthority();
const cells = model.cells.flatMap((cell: Cell) => [
  [cell, 'always'] as const,
  ...(['rst', 'fin', 'half-open', 'tls-alert'].includes(cell.fault) && cell.stage !== 'tls'
    ? [[cell, 'once'] as const]
    : []),
]);
const chosen = ALL ? cells : sample(cells);

test(`the sample has each of the ${model.faults.length} faults and ${model.stages.length} stages`, () => {
  expect(new Set(chosen.map(([cell]) => cell.fault)).size).toBe(model.faults.length);
  expect(new Set(chosen.map(([cell]) => cell.stage)).size).toBe(model.stages.length);
});

test(`${chosen.length} runs through the fault model end as it says`, async () => {
  const wrong: string[] = [];
  const verdicts = new Map<string, number>();
  const abreast = chosen.filter(([{ fault }]) => !ALONE.includes(fault));
  const alone = chosen.filter(([{ fault }]) => ALONE.includes(fault));
  const run = async ([cell, persistence]: readonly [Cell, Persistence]): Promise<void> => {
    try {
      const verdict = await runCell(cell, persistence, authority);
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    } catch (error) {
      wrong.push(
        `${cell.stage} x ${cell.fault} over ${cell.transport}, ${persistence}: ${(error as Error).message.slice(0, 600)}`,
      );
    }
  };
  await Promise.all(
    Array.from({ length: ABREAST }, async () => {
      for (let next = abreast.shift(); next !== undefined; next = abreast.shift()) await run(next);
    }),
  );
  for (const next of alone) await run(next);
  const counts = [...verdicts].sort(([, a], [, b]) => b - a);
  record('faults', {
    cells: model.cells.length,
    runs: chosen.length,
    ...Object.fromEntries(counts),
    'not as the model says': wrong.length,
  });
  expect(wrong).toEqual([]);
}, 600_000);

/** Each fault at two stages and each stage at least once, moving on through both. */
function sample(all: readonly (readonly [Cell, Persistence])[]): (readonly [Cell, Persistence])[] {
  const persistent = all.filter(([, persistence]) => persistence === 'always');
  const byFault = model.faults.flatMap(({ id }, i) => {
    const those = persistent.filter(([cell]) => cell.fault === id);
    return [those[(i * 5) % those.length]!, those[(i * 11 + 4) % those.length]!];
  });
  const byStage = model.stages.map(({ id }, i) => {
    const those = persistent.filter(([cell]) => cell.stage === id);
    return those[(i * 7) % those.length]!;
  });
  return [...new Set([...byFault, ...byStage])];
}
