import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeEnvironment } from '../support/node-environment.ts';
import { codeBlocks } from './code-blocks.ts';

// The job of docs/ci.md as GitLab runs it, in a project that has the packages installed.

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const blocks = codeBlocks().filter(({ file }) => file === 'docs/ci.md');
const job = blocks.find(({ text }) => text.startsWith('fleet:'))!.text;
const script = [...job.matchAll(/^ {4}- (.+)$/gm)].map(([, line]) => line!);
const fleet = blocks.find(({ language }) => language === 'ts')!.text;
let project: string;

/** Without its types, for Nodes that do not strip them. */
function writeFleet(text: string): void {
  const options = { module: ts.ModuleKind.ES2022, target: ts.ScriptTarget.ES2022 };
  writeFileSync(`${project}/fleet.mjs`, ts.transpile(text, options));
}

beforeEach(() => {
  project = mkdtempSync(`${tmpdir()}/mote-ci-job-`);
  mkdirSync(`${project}/node_modules/.bin`, { recursive: true });
  symlinkSync(`${ROOT}node_modules/@mote`, `${project}/node_modules/@mote`);
  symlinkSync(`${ROOT}packages/cli/bin/mote.js`, `${project}/node_modules/.bin/mote`);
  writeFileSync(`${project}/package.json`, '{}');
  writeFleet(fleet);
});
afterEach(() => rmSync(project, { recursive: true }));

/** Runs the script of the job; `npm ci` has nothing to do, and npx is spared: it finds the same file. */
async function run(lines: readonly string[]): Promise<{ code: unknown; output: string }> {
  const commands = lines
    .filter((line) => line !== 'npm ci')
    .map((line) => line.replace('npx mote', 'node_modules/.bin/mote').replace('fleet.ts', 'fleet.mjs'));
  const shell = spawn(
    'sh',
    ['-c', `set -e\ntrap 'kill -INT %1 2>/dev/null || kill -INT $! 2>/dev/null' EXIT\n${commands.join('\n')}`],
    {
      cwd: project,
      env: { PATH: process.env['PATH'], DEVICES: '20', ...nodeEnvironment() },
    },
  );
  let output = '';
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (chunk) => (output += chunk));
  const [code] = await once(shell, 'close');
  return { code, output };
}

test('the job has the lines that GitHub runs as well', () => {
  const github = blocks.find(({ text }) => text.includes('actions/checkout'))!.text;
  for (const line of script) expect(github).toContain(line);
});

test('every device is assigned, and the job ends well', async () => {
  expect(await run(script)).toEqual({ code: 0, output: '20 devices assigned\n' });
});

test('the first refusal fails the job, with its error', async () => {
  const wrong = JSON.stringify(Buffer.alloc(32).toString('base64'));
  writeFleet(fleet.replace('attestation.symmetricKey.primaryKey', wrong));
  const { code, output } = await run(script);
  expect(code).toBe(1);
  expect(output).toContain('unauthorized');
});
