// Puts what `pnpm mutation:client` has measured into its section of docs/mutation.md.

import { readFileSync, writeFileSync } from 'node:fs';

const REPORT = new URL('../../.cache/mutation-client.json', import.meta.url);
const PAGE = new URL('../../docs/mutation.md', import.meta.url);
const MARK = '<!-- mutation-client -->';

const { files } = JSON.parse(readFileSync(REPORT, 'utf8'));
const counted = Object.entries(files).map(([path, { mutants }]) => {
  const count = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
  const killed = count('Killed', 'Timeout');
  return { file: path.replace('packages/client/src/', ''), killed, all: killed + count('Survived', 'NoCoverage') };
});
const sum = (field) => counted.reduce((total, row) => total + row[field], 0);
const rows = [...counted, { file: 'together', killed: sum('killed'), all: sum('all') }].map(
  ({ file, killed, all }) => `| \`${file}\` | ${killed} of ${all} | ${((killed / all) * 100).toFixed(1)} % |`,
);
const date = new Date().toISOString().slice(0, 10);
const table = `\n${date}, Node ${process.version}:\n\n| File | Killed or timed out | Score |\n|---|---|---|\n${rows.join('\n')}\n`;

const [before, , after] = readFileSync(PAGE, 'utf8').split(MARK);
writeFileSync(PAGE, `${before}${MARK}${table}${MARK}${after}`);
