import { readFileSync, writeFileSync } from 'node:fs';

const PAGE = new URL('../../docs/reliability.md', import.meta.url);

/** `pnpm test:reliability` runs everything, and writes what it counted; `pnpm test` a part, and writes nothing. */
export const ALL: boolean = process.env['MOTE_RELIABILITY'] === 'all';

type Figures = Readonly<Record<string, number>>;

/** Puts the figures of a run into their section of docs/reliability.md. */
export function record(section: string, figures: Figures): void {
  const rows = Object.entries(figures).map(([name, value]) => `| ${name} | ${value.toLocaleString('en')} |`);
  recordTable(section, ['', ''], rows);
}

/** One row of a section that several files write to, each its own; what the others wrote stays. */
export function recordRow(section: string, name: string, figures: Figures): void {
  const columns = ['', ...Object.keys(figures)];
  const row = `| ${[name, ...Object.values(figures).map((value) => value.toLocaleString('en'))].join(' | ')} |`;
  const others = sectionOf(section)
    .split('\n')
    .slice(5)
    .filter((line) => line.startsWith('| ') && !line.startsWith(`| ${name} |`));
  recordTable(section, columns, [...others, row].sort());
}

/** Rows as they are. */
export function recordTable(section: string, columns: readonly string[], rows: readonly string[]): void {
  if (!ALL) return;
  const date = new Date().toISOString().slice(0, 10);
  const head = `|${columns.map((name) => (name === '' ? ' |' : ` ${name} |`)).join('')}`;
  const table = [head, `|${columns.map(() => '---|').join('')}`, ...rows].join('\n');
  const [before, rest] = readFileSync(PAGE, 'utf8').split(`<!-- ${section} -->`);
  const after = rest?.split(`<!-- /${section} -->`)[1];
  if (after === undefined) throw new Error(`docs/reliability.md has no section ${section}`);
  const body = `\n${date}, Node ${process.version}:\n\n${table}\n`;
  writeFileSync(PAGE, `${before}<!-- ${section} -->${body}<!-- /${section} -->${after}`);
}

function sectionOf(section: string): string {
  return readFileSync(PAGE, 'utf8').split(`<!-- ${section} -->`)[1]?.split(`<!-- /${section} -->`)[0] ?? '';
}
