// `pnpm check`: types and lint, each as one case. `N passed, N failed` at the end.
import { spawnSync } from 'node:child_process';

const CASES = [
  ['types of packages and bench', 'tsc -b . bench'],
  ['types of tests', 'tsc -p test'],
  ['lint and format', 'biome check --error-on-warnings .'],
];
let failed = 0;
for (const [what, command] of CASES) {
  const { status } = spawnSync(command, { shell: true, stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok      ' : 'FAILED  '} ${what}`);
  if (status !== 0) failed += 1;
}
console.log(`${CASES.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
