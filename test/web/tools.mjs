// What the checks of the pages and the pictures of them need, without what they need.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

export const NO_CHROMIUM =
  'NOT RUN: there is no Chromium here. `apt-get install -y --no-install-recommends chromium-headless-shell`, or set CHROMIUM.';

/** What Debian and others call it. The headless shell is the same engine without the browser around it: half the CPU time. */
const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];

/** The path of a Chromium: CHROMIUM, or where it is installed. */
export function chromiumHere() {
  return [process.env.CHROMIUM, ...NAMES.map((name) => `/usr/bin/${name}`)].find(
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
