import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeEnvironment } from '../support/node-environment.ts';

// The check of `pnpm test:nodes`, on processes that do warn.

interface Check {
  warningsIn(text: string): string[];
  countsOf(output: string): { passed: number; failed: number; skipped: number } | undefined;
}
const { warningsIn, countsOf } = (await import(new URL('../nodes/warnings.mjs', import.meta.url).href)) as Check;

/** Warnings of a process that runs this script. */
function warningsOf(script: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'mote-warnings-'));
  const file = join(folder, 'warnings');
  const env = { ...process.env, NODE_OPTIONS: '', NODE_REDIRECT_WARNINGS: file };
  try {
    spawnSync(process.execPath, ['-e', script], { env });
    return existsSync(file) ? warningsIn(readFileSync(file, 'utf8')) : [];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each([
  ['a wait beyond what a timer can', 'setTimeout(() => {}, 2 ** 40).unref()', /TimeoutOverflowWarning/],
  [
    'eleven listeners',
    "const e = new (require('events'))(); for (let i = 0; i < 11; i++) e.on('x', () => {})",
    /MaxListenersExceededWarning/,
  ],
  ['a word of its own', "process.emitWarning('mind the gap')", /Warning: mind the gap/],
  [
    'a deprecation',
    "process.emitWarning('old', 'DeprecationWarning', 'DEP0999')",
    /\[DEP0999\] DeprecationWarning: old/,
  ],
  [
    'a promise that nobody waits for',
    "process.emitWarning('x', 'UnhandledPromiseRejectionWarning')",
    /UnhandledPromiseRejection/,
  ],
  [
    'in a child',
    "require('child_process').spawnSync(process.execPath, ['-e', 'process.emitWarning(\"of the child\")'])",
    /of the child/,
  ],
])('a process that warns of %s is found', (_what, script, warning) => {
  const found = warningsOf(script);
  expect(found.filter((text) => warning.test(text)).length).toBe(1);
});

test('a process that warns of nothing is not, nor one that warns of what a test asks for', () => {
  expect(warningsOf('setTimeout(() => {}, 1)')).toEqual([]);
  const insecure =
    "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; require('tls').connect(1, '127.0.0.1').on('error', () => {})";
  expect(warningsOf(insecure)).toEqual([]);
});

test('one warning of many processes is said once, each other one too', () => {
  const text =
    '(node:1) Warning: a\n    at x\n(node:2) Warning: a\n    at x\n(node:3) Warning: b\n(Use `node --trace-warnings ...`)\n';
  expect(warningsIn(text).map((warning) => warning.split('\n')[0])).toEqual(['Warning: a', 'Warning: b']);
});

test('a process with an environment of its own gets what concerns Node', () => {
  const before = process.env['NODE_OPTIONS'];
  process.env['NODE_OPTIONS'] = '--trace-warnings';
  expect(nodeEnvironment()).toMatchObject({ NODE_OPTIONS: '--trace-warnings' });
  if (before === undefined) delete process.env['NODE_OPTIONS'];
  else process.env['NODE_OPTIONS'] = before;
});

test.each([
  ['7 passed, 0 failed\n', { passed: 7, failed: 0, skipped: 0 }],
  ['7 passed, 2 failed, 3 skipped\n', { passed: 7, failed: 2, skipped: 3 }],
  ['1 passed, 1 failed\n...\n7 passed, 0 failed\n', { passed: 7, failed: 0, skipped: 0 }],
  ['no count', undefined],
])('%j is read as %j', (output, counts) => expect(countsOf(output)).toEqual(counts));
