// The tables of docs/mutation.md: a row for each file of a lane, which stays as it was measured until the file is measured again.

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LANES } from './lanes.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = `${root}docs/mutation.md`;

/** As `git hash-object` gives it: what was measured can be found by it. */
function blob(file) {
  const bytes = readFileSync(root + file);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex').slice(0, 8);
}

/** Rows of the page: `| \`file\` | 12 of 13 | 92.3 % | date | blob |`. */
function measured(table) {
  const rows = table.matchAll(/^\| `(\S+)` \| (\d+) of (\d+) \|.*\| (\S+) \| `(\w+)`/gm);
  return new Map(
    [...rows].map(([, file, killed, all, date, source]) => [file, { killed: +killed, all: +all, date, source }]),
  );
}

function counted(mutants) {
  const count = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
  const killed = count('Killed', 'Timeout');
  return { killed, all: killed + count('Survived', 'NoCoverage') };
}

const percent = ({ killed, all }) => (100 * killed) / all;

/** Puts what a run has measured into the page, and returns its scores. Files without a mutant, as those of types alone, have no row. */
export function record(lane, results) {
  const mark = `<!-- mutation-${lane} -->`;
  const [before, table, after] = readFileSync(page, 'utf8').split(mark);
  const rows = measured(table);
  const date = new Date().toISOString().slice(0, 10);
  const fresh = [];
  for (const [path, mutants] of grouped(results)) {
    const file = relative(root, path);
    const row = { ...counted(mutants), date, source: blob(file) };
    if (row.all) rows.set(file, row);
    if (row.all) fresh.push({ file, score: percent(row) });
  }
  const text = LANES[lane].sources.map((file) => {
    const row = rows.get(file);
    if (!row) return `| \`${file}\` | not measured | | | |`;
    const changed = row.source === blob(file) ? '' : ', changed since';
    return `| \`${file}\` | ${row.killed} of ${row.all} | ${percent(row).toFixed(1)} % | ${row.date} | \`${row.source}\`${changed} |`;
  });
  const known = LANES[lane].sources.flatMap((file) => rows.get(file) ?? []);
  const sum = { killed: 0, all: 0 };
  for (const { killed, all } of known) {
    sum.killed += killed;
    sum.all += all;
  }
  if (sum.all) text.push(`| together | ${sum.killed} of ${sum.all} | ${percent(sum).toFixed(1)} % | | |`);
  const head = '| File | Killed or timed out | Score | Measured | Source |\n|---|---|---|---|---|';
  writeFileSync(page, `${before}${mark}\n${head}\n${text.join('\n')}\n${mark}${after}`);
  return fresh;
}

function grouped(results) {
  const files = new Map();
  for (const result of results) files.set(result.fileName, [...(files.get(result.fileName) ?? []), result]);
  return files;
}
