import type { Environment } from '../report/environment.ts';
import { markdownTable } from '../report/table.ts';
import type { SizeRow, Sizes } from './size.ts';

/** The whole of docs/size.md. */
export function sizeDocument({ codecs, clients, missing }: Sizes, { date, versions }: Environment): string {
  return `# Size

Written by \`pnpm bench size\` on ${date}; do not edit. Each row is what a bundler ships for one import: esbuild ${versions['esbuild']},
minified, for Node (whose own modules do not count), and the same after \`gzip -9\`. What Mote ships is its built output, and each of its
rows has a list of files that may not come along; one that does is named below the table and fails the size tests.

## Codecs

${table(codecs)}

## Clients

Mote's rows are a whole DPS client: MQTT, registration, TLS, SAS. Four of its peers speak MQTT only; the Azure SDK does the same work as Mote.

${table(clients)}
${missing ? `\n${missing}\n` : ''}${leaksOf([...codecs, ...clients])}`;
}

function table(rows: readonly SizeRow[]): string {
  const cells = rows.map((row) => [
    row.what,
    row.package,
    row.minified.toLocaleString('en'),
    row.gzip.toLocaleString('en'),
    budgetOf(row),
  ]);
  return markdownTable([['import', 'package', 'minified, B', 'gzip, B', 'budget'], ...cells], [2, 3]);
}

function budgetOf({ budget, minified, gzip }: SizeRow): string {
  if (!budget) return '';
  const limits = [budget.minified, ...(budget.gzip === undefined ? [] : [budget.gzip])].map((limit) =>
    limit.toLocaleString('en'),
  );
  const above = [minified - budget.minified, ...(budget.gzip === undefined ? [] : [gzip - budget.gzip])];
  const missedBy = above.map((bytes) => Math.max(0, bytes).toLocaleString('en')).join(' / ');
  return `${limits.join(' / ')}: ${above.some((bytes) => bytes > 0) ? `**missed** by ${missedBy}` : 'met'}`;
}

function leaksOf(rows: readonly SizeRow[]): string {
  const leaks = rows.filter((row) => row.leaks?.length).map(({ what, leaks }) => `- ${what}: ${leaks!.join(', ')}`);
  return leaks.length === 0 ? '' : `\nNot wanted, but there:\n\n${leaks.join('\n')}\n`;
}
