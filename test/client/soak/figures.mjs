// What both soaks do with their figures.

import { readFileSync, writeFileSync } from 'node:fs';

const PAGE = new URL('../../../docs/reliability.md', import.meta.url);

/** The slope of the line through these points that has the least squares. */
export function leastSquares(points) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(points.map(([at]) => at));
  const y = mean(points.map(([, value]) => value));
  const top = points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0);
  return top / points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
}

/** Returns the figures as a table. `long`: the run was long enough for docs/reliability.md, and the table there is replaced. */
export function writeTable(name, rows, long) {
  const table = [
    '| | |',
    '|---|---|',
    ...rows.map(([what, value]) => `| ${what} | ${value.toLocaleString('en')} |`),
  ].join('\n');
  const text = readFileSync(PAGE, 'utf8');
  const [head, rest] = text.split(`<!-- ${name} -->`);
  const tail = rest.split(`<!-- /${name} -->`)[1];
  const date = new Date().toISOString().slice(0, 10);
  if (long)
    writeFileSync(
      PAGE,
      `${head}<!-- ${name} -->\n${date}, Node ${process.version}:\n\n${table}\n<!-- /${name} -->${tail}`,
    );
  return table;
}
