import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Fetches the Nodes that package.json names, unless they are there: two lanes of CI may ask at a time. */
export function installNodes() {
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  const installed = `${cwd}node_modules/.pnpm/lock.yaml`;
  const { dependencies } = JSON.parse(readFileSync(`${cwd}package.json`, 'utf8'));
  const there = Object.keys(dependencies).every((name) => existsSync(`${cwd}node_modules/${name}/bin/node`));
  if (
    there &&
    existsSync(installed) &&
    readFileSync(installed, 'utf8') === readFileSync(`${cwd}pnpm-lock.yaml`, 'utf8')
  )
    return;
  const install = ['-y', 'pnpm@10.34.9', 'install', '--ignore-workspace', '--frozen-lockfile', '--ignore-scripts'];
  spawnSync('npx', [...install, '--silent'], { cwd, stdio: 'inherit' });
}
