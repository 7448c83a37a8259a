import { parseArgs } from 'node:util';
import { measureClients } from './client/clients.ts';
import { CLIENT_COLUMNS, CLIENT_HEADS, clientOutcomes, clientTable, idleTable } from './client/clients-doc.ts';
import { measureGrowth } from './growth/growth.ts';
import { growthChart } from './growth/growth-chart.ts';
import { GROWTH_COLUMNS, growthTable } from './growth/growth-doc.ts';
import { fullPlan, jitlessPlan, quickPlan } from './plan.ts';
import { recall, record, type Section, writeDocument } from './report/files.ts';
import { missedLines, outcomeTable } from './report/outcome.ts';
import { performanceDocument } from './report/performance-doc.ts';
import { writeReadmeFigures } from './report/readme.ts';
import { textTable } from './report/table.ts';
import { measureSizes, type Sizes } from './size/size.ts';
import { sizeDocument } from './size/size-doc.ts';
import { measureSpeed, type SpeedPlan } from './speed/speed.ts';
import { speedChart } from './speed/speed-chart.ts';
import { TIME_COLUMNS, timeTable, VERDICT_HEADS } from './speed/speed-doc.ts';
import { jitlessTargets, targets } from './speed/targets.ts';
import { judge } from './speed/verdict.ts';
import { measureStartUp, type StartUp } from './start-up/start-up.ts';
import { START_UP_COLUMNS, START_UP_HEADS, startUpTables } from './start-up/start-up-doc.ts';

const USAGE = `pnpm bench [section ...] [--quick] [--filter TEXT] [--jitless] [--rounds N]
  sections: speed jitless client size start-up growth; all of them when none is named
  --quick, --filter and --rounds print their figures and leave bench/results and docs as they are`;

const sections: Readonly<Record<string, () => Promise<void>>> = {
  speed: async () => {
    const { result } = await record('speed', () => showSpeed(fullPlan));
    writeDocument('speed.svg', speedChart(result));
  },
  jitless: async () => {
    await record('jitless', () => showSpeed(jitlessPlan));
  },
  client: async () => {
    const { result } = await record('client', measureClients);
    console.log(`${textTable(clientTable(result), CLIENT_COLUMNS)}\n\n${textTable(idleTable(result), [1, 2])}\n`);
    const outcomes = clientOutcomes(result);
    console.log(`${textTable(outcomeTable(CLIENT_HEADS, outcomes))}\n\n${missedLines(outcomes)}`);
  },
  size: async () => {
    const { result } = await record('size', measureSizes);
    for (const rows of [result.codecs, result.clients])
      console.log(
        textTable(
          rows.map(({ what, minified, gzip }) => [what, `${minified}`, `${gzip}`]),
          [1, 2],
        ),
      );
  },
  'start-up': async () => {
    const { result } = await record('start-up', measureStartUp);
    const { imports, provisions, outcomes } = startUpTables(result);
    for (const table of [imports, provisions]) console.log(`${textTable(table, START_UP_COLUMNS)}\n`);
    console.log(`${textTable(outcomeTable(START_UP_HEADS, outcomes))}\n\n${missedLines(outcomes)}`);
  },
  growth: async () => {
    const { result } = await record('growth', measureGrowth);
    console.log(textTable(growthTable(result), GROWTH_COLUMNS));
    writeDocument('growth.svg', growthChart(result));
  },
};

await main();

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      filter: { type: 'string' },
      jitless: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const unknown = positionals.filter((name) => !(name in sections));
  if (values.help || unknown.length > 0) {
    console.error(unknown.length > 0 ? `no section ${unknown.join(', ')}\n${USAGE}` : USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  if (values.quick || values.filter !== undefined || values.rounds !== undefined) {
    const base = values.quick ? quickPlan : values.jitless ? jitlessPlan : fullPlan;
    const { filter = '', rounds = base.rounds } = values;
    const flags = values.jitless ? ['--jitless'] : [];
    await showSpeed({ ...base, filter, rounds: Number(rounds), roundsOfOthers: Number(rounds), flags });
    return;
  }
  const chosen = values.jitless ? ['jitless'] : positionals.length > 0 ? positionals : Object.keys(sections);
  for (const name of chosen as Section[]) {
    await sections[name]!();
    writeDocuments();
  }
}

/** Whatever shows figures of more than one section. */
function writeDocuments(): void {
  const size = recall<Sizes>('size');
  const startUp = recall<StartUp>('start-up');
  if (size) writeDocument('size.md', sizeDocument(size.result, size.environment, startUp?.result));
  writeDocument('performance.md', performanceDocument());
  writeReadmeFigures();
}

async function showSpeed(plan: SpeedPlan): ReturnType<typeof measureSpeed> {
  const rows = await measureSpeed(plan);
  console.log(textTable(timeTable(rows), TIME_COLUMNS));
  const outcomes = judge(plan.flags.includes('--jitless') ? jitlessTargets : targets, rows);
  if (outcomes.length > 0)
    console.log(`\n${textTable(outcomeTable(VERDICT_HEADS, outcomes))}\n\n${missedLines(outcomes)}`);
  return rows;
}
