// What the checks of the pages and the pictures of them need, without what they need.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

export const NO_CHROMIUM =
  'NOT RUN: there is no Chromium here. `apt-get install -y --no-install-recommends chromium`, or set CHROMIUM.';

/** The path of a Chromium: CHROMIUM, or where Debian and others put it. */
export function chromiumHere() {
  return [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    (path) => path !== undefined && existsSync(path),
  );
}

/** playwright-core and axe-core, outside the workspace: nothing else needs them. */
export function installTools() {
  const pnpm = [
    '-y',
    'pnpm@10.34.9',
    'install',
    '--ignore-workspace',
    '--frozen-lockfile',
    '--ignore-scripts',
    '--silent',
  ];
  execFileSync('npx', pnpm, { cwd: here, stdio: 'inherit' });
}
