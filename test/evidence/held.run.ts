import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { HELD } from '../client/faults/bugs.ts';
import type { Result } from '../reporter/results.ts';
import { conformanceClaims, fault, namedFiles } from './held.ts';

// `pnpm test:evidence`, behind `pnpm test`, `pnpm test:nodes` or `pnpm test:long`, `pnpm test:reliability` and `pnpm test:soak`: a table that names a test is held by that
// test having run, in one of them, and passed in all.

const ROOT = new URL('../../', import.meta.url);
const RUNS = ['test', 'long', 'reliability', 'soak'];
const results: Result[] = RUNS.flatMap((name) => {
  const file = new URL(`.cache/results/${name}.json`, ROOT);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
});
const page = (name: string): string => readFileSync(new URL(name, ROOT), 'utf8');

test.each(RUNS)('the results of %s are there', (name) => {
  expect(existsSync(new URL(`.cache/results/${name}.json`, ROOT))).toBe(true);
});

const statements = conformanceClaims(page('docs/conformance.md'));
test(`docs/conformance.md: ${statements.length} claims`, () => {
  expect(statements.length).toBeGreaterThan(140);
  expect(statements.map((claim) => fault(claim, results)).filter(Boolean)).toEqual([]);
});

const defects = Object.entries(HELD).flatMap(([where, held]) => held.map(([file, words]) => ({ where, file, words })));
test(`docs/reliability.md, defects of others: ${defects.length} claims`, () => {
  expect(defects.map((claim) => fault(claim, results)).filter(Boolean)).toEqual([]);
});

const documents = [
  'README.md',
  ...readdirSync(new URL('docs/', ROOT)).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];
test.each(documents)('each file of tests that %s names ran, and passed', (name) => {
  const wrong = namedFiles(page(name)).flatMap((named) => {
    const those = results.filter(({ file }) => file === named || file.endsWith(`/${named}`));
    return those.length > 0 && those.every(({ state }) => state === 'passed') ? [] : [named];
  });
  expect(wrong).toEqual([]);
});
