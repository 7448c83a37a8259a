// `node test/mutation/run.mjs mqtt [part of a file's name ...]`: mutation tests of a lane, or of some of its files. What was measured
// goes into docs/mutation.md, and what survived into .cache/mutation-LANE.txt, where the lines of other files stay.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { LANES } from './lanes.mjs';
import { record } from './record.mjs';

const [lane, ...parts] = process.argv.slice(2);
if (!LANES[lane])
  throw new Error(`node test/mutation/run.mjs ${Object.keys(LANES).join('|')} [part of a file's name ...]`);
const { sources, tests, floor } = LANES[lane];
const mutate = parts.length ? sources.filter((path) => parts.some((part) => path.includes(part))) : sources;

const results = await new Stryker({
  plugins: ['./test/mutation/runner.mjs'],
  testRunner: 'scripts',
  testFiles: tests,
  mutate,
  coverageAnalysis: 'perTest',
  ignorePatterns: ['bench', 'dist'],
  concurrency: 1,
  // Of time on a busy machine; a mutant that runs without end is known by its count of hits.
  timeoutMS: 10_000,
  tempDirName: `.cache/stryker-${lane}`,
  reporters: ['progress-append-only'],
}).runMutationTest();

const survivors = results.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
const list = `.cache/mutation-${lane}.txt`;
const before = existsSync(list) ? readFileSync(list, 'utf8').split('\n') : [];
const kept = before.filter((line) => line && !mutate.some((path) => line.includes(` ${path}:`)));
const found = survivors.map(({ fileName, location, status, replacement, mutatorName }) => {
  const { start, end } = location;
  const place = `${relative('', fileName)}:${start.line}:${start.column} to ${end.line}:${end.column}`;
  return `${status} ${place} ${mutatorName}: ${replacement.replaceAll(/\s+/g, ' ')}`;
});
mkdirSync('.cache', { recursive: true });
writeFileSync(list, [...kept, ...found, ''].join('\n'));
const below = record(lane, results).filter(({ score }) => score < floor);
for (const { file, score } of below) console.error(`${file}: ${score.toFixed(1)} %, below ${floor} %`);
process.exitCode = below.length ? 1 : 0;
