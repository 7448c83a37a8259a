// Puts what a run of Stryker has measured into its section of docs/mutation.md: `node test/mutation/record.mjs codec`.

import { readFileSync, writeFileSync } from 'node:fs';

const REPORTS = { codec: 'mutation.json', client: 'mutation-client.json' };
const name = process.argv[2];
const report = new URL(`../../.cache/${REPORTS[name]}`, import.meta.url);
const page = new URL('../../docs/mutation.md', import.meta.url);
const mark = `<!-- mutation-${name} -->`;

const { files } = JSON.parse(readFileSync(report, 'utf8'));
const counted = Object.entries(files)
  .map(([path, { mutants }]) => {
    const count = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
    const killed = count('Killed', 'Timeout');
    return {
      file: path.replace(`packages/${name}/src/`, ''),
      killed,
      all: killed + count('Survived', 'NoCoverage'),
    };
  })
  .filter(({ all }) => all > 0);
const sum = (field) => counted.reduce((total, row) => total + row[field], 0);
const rows = [...counted, { file: 'together', killed: sum('killed'), all: sum('all') }].map(
  ({ file, killed, all }) => `| \`${file}\` | ${killed} of ${all} | ${((killed / all) * 100).toFixed(1)} % |`,
);
const date = new Date().toISOString().slice(0, 10);
const table = `\n${date}, Node ${process.version}:\n\n| File | Killed or timed out | Score |\n|---|---|---|\n${rows.join('\n')}\n`;

const [before, , after] = readFileSync(page, 'utf8').split(mark);
writeFileSync(page, `${before}${mark}${table}${mark}${after}`);
