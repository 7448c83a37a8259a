// pnpm test:nodes [20 22 24 26]: the tests of client, emulator and command on each Node that is supported, deprecations thrown; and
// no process that they start may write a warning. Two of the Nodes run everything once: the oldest what `pnpm test` runs, by that command,
// and 22 what `pnpm test:long` runs, with coverage, whose floors are in vitest.config.ts. The others run what sockets, files, processes
// and the library of Node decide; what the language alone decides (the codec, the inspector's readers, the machines in virtual time)
// and what is about this repository runs on no other. Needs a built workspace, and Linux on x64. Ends with `N passed, N failed`; the
// tests of each Node count, and the silence of each is one more.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quoted } from '../support/quoted.mjs';
import { installNodes } from './install.mjs';
import { countsOf, warningsIn } from './warnings.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
/** The projects of vitest.config.ts whose tests a Node decides. */
const EDGES = ['sharing', 'alone', 'long-edge'];
const built = { MOTE_BUILT: '1' };
const onBuilt = { env: built, words: [vitest, 'run', '--no-color', ...only(EDGES)] };
const RUNS = {
  20: [
    { command: 'npx', words: ['-y', 'pnpm@10.34.9', 'test'] },
    { env: built, words: [vitest, 'run', '--no-color', ...only(['long-edge'])] },
  ],
  // Coverage is of the sources, so one Node reads them; the others load what was built, as users do.
  22: [
    {
      env: { MOTE_RESULTS: 'long' },
      words: [vitest, 'run', '--no-color', '--coverage', ...only([...EDGES, 'language', 'long'])],
    },
  ],
  24: [onBuilt],
  26: [onBuilt],
};
const wanted = process.argv.slice(2);
const sum = { passed: 0, failed: 0, skipped: 0 };

installNodes();
for (const major of wanted.length > 0 ? wanted : Object.keys(RUNS)) suiteOn(major);
const { passed, failed, skipped } = sum;
console.log(`\n${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`);
process.exitCode = failed === 0 && skipped === 0 ? 0 : 1;

function suiteOn(major) {
  const folder = join(here, `node_modules/node${major}/bin`);
  if (!existsSync(join(folder, 'node'))) {
    sum.failed += 1;
    console.log(`FAILED  Node ${major} is not there: it comes from npm, for Linux on x64`);
    return;
  }
  const work = mkdtempSync(join(tmpdir(), 'mote-warnings-'));
  const file = join(work, 'warnings');
  const began = performance.now();
  let good = 0;
  let bad = 0;
  for (const { command = join(folder, 'node'), words, env } of RUNS[major]) {
    const { status, stdout, stderr } = spawnSync(command, words, {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      env: {
        ...process.env,
        PATH: `${folder}${delimiter}${process.env.PATH}`,
        NODE_OPTIONS: '--trace-warnings --throw-deprecation',
        // Of each process of the run, those that tests start included.
        NODE_REDIRECT_WARNINGS: file,
        ...env,
      },
    });
    const counts = countsOf(stdout);
    if (counts === undefined || status !== 0 || counts.failed > 0) console.log(quoted(`${stdout}\n${stderr}`));
    const { passed = 0, failed = 0, skipped = 0 } = counts ?? {};
    good += passed;
    bad += failed + (counts === undefined || (status !== 0 && failed === 0) ? 1 : 0);
    sum.skipped += skipped;
  }
  const warnings = existsSync(file) ? warningsIn(readFileSync(file, 'utf8')) : [];
  rmSync(work, { recursive: true });
  for (const warning of warnings) console.log(`FAILED  Node ${major} warns: ${warning}`);
  sum.passed += good + (warnings.length === 0 ? 1 : 0);
  sum.failed += bad + (warnings.length === 0 ? 0 : 1);
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`Node ${major}: ${good} passed, ${bad} failed, ${warnings.length} warnings, ${seconds} s`);
}

function only(projects) {
  return projects.map((name) => `--project=${name}`);
}
