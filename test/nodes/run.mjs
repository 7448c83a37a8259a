// pnpm test:nodes [20 22 24 26]: the tests of client, emulator and command on each Node that is supported, deprecations thrown; and
// no process that they start may write a warning. The oldest runs all that `pnpm test` and `pnpm test:long` do, with coverage of
// both, whose floors are in vitest.config.ts. The others run what sockets, files, processes and the library of Node decide: what the
// language alone decides (the codec, the inspector's readers, tables and models of virtual time) runs on the oldest, and in `pnpm test`.
// Needs a built workspace, and Linux on x64. Ends with `N passed, N failed`; the tests of each Node count, and the silence of each
// is one more.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countsOf, warningsIn } from './warnings.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const wanted = process.argv.slice(2);
const nodes = wanted.length > 0 ? wanted : ['20', '22', '24', '26'];
const sum = { passed: 0, failed: 0, skipped: 0 };

const install = ['-y', 'pnpm@10.34.9', 'install', '--ignore-workspace', '--frozen-lockfile', '--ignore-scripts'];
spawnSync('npx', [...install, '--silent'], { cwd: here, stdio: 'inherit' });
for (const major of nodes) suiteOn(major);
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
  const options =
    major === '20' ? ['--coverage'] : ['sharing', 'alone', 'long-edge'].map((name) => `--project=${name}`);
  const { status, stdout, stderr } = spawnSync(join(folder, 'node'), [vitest, 'run', '--no-color', ...options], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: {
      ...process.env,
      PATH: `${folder}${delimiter}${process.env.PATH}`,
      NODE_OPTIONS: '--trace-warnings --throw-deprecation',
      // Coverage is of the sources, so one Node reads them; the others load what was built, as users do.
      ...(major === '20' ? { MOTE_RESULTS: 'long' } : { MOTE_BUILT: '1' }),
      // Of each process of the run, those that tests start included.
      NODE_REDIRECT_WARNINGS: file,
    },
  });
  const counts = countsOf(stdout);
  const warnings = existsSync(file) ? warningsIn(readFileSync(file, 'utf8')) : [];
  rmSync(work, { recursive: true });
  if (counts === undefined || status !== 0 || counts.failed > 0) console.log(`${stdout}\n${stderr}`);
  for (const warning of warnings) console.log(`FAILED  Node ${major} warns: ${warning}`);
  const { passed: good = 0, failed: bad = 0, skipped: left = 0 } = counts ?? {};
  const broken = counts === undefined || (status !== 0 && bad === 0) ? 1 : 0;
  sum.passed += good + (warnings.length === 0 ? 1 : 0);
  sum.failed += bad + broken + (warnings.length === 0 ? 0 : 1);
  sum.skipped += left;
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`Node ${major}: ${good} passed, ${bad + broken} failed, ${warnings.length} warnings, ${seconds} s`);
}
