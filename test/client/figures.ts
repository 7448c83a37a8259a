import { readFileSync, writeFileSync } from 'node:fs';

const PAGE = new URL('../../docs/reliability.md', import.meta.url);

/** `pnpm test:reliability` runs everything, and writes what it counted, but in CI; `pnpm test` a part, and writes nothing. */
export const ALL: boolean = process.env['MOTE_RELIABILITY'] === 'all';

/** Puts the figures of a run into their section of docs/reliability.md. */
export function record(section: string, figures: Readonly<Record<string, number>>): void {
  const rows = Object.entries(figures).map(([name, value]) => `| ${name} | ${value.toLocaleString('en')} |`);
  recordTable(section, ['', ''], rows);
}

/** Rows as they are. */
export function recordTable(section: string, columns: readonly string[], rows: readonly string[]): void {
  // Other lanes of CI read the page meanwhile.
  if (!ALL || process.env['CI'] === 'true') return;
  const date = new Date().toISOString().slice(0, 10);
  const head = `|${columns.map((name) => (name === '' ? ' |' : ` ${name} |`)).join('')}`;
  const table = [head, `|${columns.map(() => '---|').join('')}`, ...rows].join('\n');
  const [before, rest] = readFileSync(PAGE, 'utf8').split(`<!-- ${section} -->`);
  const after = rest?.split(`<!-- /${section} -->`)[1];
  if (after === undefined) throw new Error(`docs/reliability.md has no section ${section}`);
  const body = `\n${date}, Node ${process.version}:\n\n${table}\n`;
  writeFileSync(PAGE, `${before}<!-- ${section} -->${body}<!-- /${section} -->${after}`);
}
