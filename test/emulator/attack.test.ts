import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('a hundredth of a day under attack: serves on, heap bounded, nothing that was saved is lost', async () => {
  const script = fileURLToPath(new URL('attack/run.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--small'], { timeout: 90_000 });
  expect(stdout).toContain('5 passed, 0 failed');
}, 100_000);
