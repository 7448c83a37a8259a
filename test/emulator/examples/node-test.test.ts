import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('the node:test example passes as it stands', () => {
  const file = fileURLToPath(new URL('node-test.mjs', import.meta.url));
  // Without vitest's own variables, which would reach the runner in the child.
  const env = { PATH: process.env['PATH'] };
  expect(execFileSync(process.execPath, ['--test', file], { env, encoding: 'utf8' })).toMatch(
    /pass 1\n[\s\S]*fail 0\n/,
  );
});
