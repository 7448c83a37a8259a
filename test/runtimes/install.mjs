import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Installs what npm carries for these engines. Returns why it could not, or undefined. */
export function installFromNpm(engines) {
  if (engines.every(isThere) && isFresh()) return undefined;
  const { packageManager } = JSON.parse(readFileSync(here('../../package.json'), 'utf8'));
  const onlyQuick = engines.every(({ ci, debian, needs }) => ci || (debian && !needs)) ? ['--no-optional'] : [];
  return reasonFor(() =>
    execFileSync('npx', ['-y', packageManager, 'install', '--frozen-lockfile', ...onlyQuick], {
      cwd: here('.'),
      stdio: 'pipe',
    }),
  );
}

/** Installs the Debian packages of an engine, as root; anybody else is told their names. */
export function installFromDebian({ debian, binary, versionOf = debian[0] }) {
  if (existsSync(binary) && reasonFor(() => debianVersion(versionOf)) === undefined) return undefined;
  if (process.getuid?.() !== 0) return `needs the Debian package ${debian.join(', ')}`;
  const options = { stdio: 'pipe', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const install = () => execFileSync('apt-get', ['install', '-y', '--no-install-recommends', ...debian], options);
  return (
    reasonFor(install) &&
    reasonFor(() => {
      execFileSync('apt-get', ['update'], options);
      install();
    })
  );
}

export function debianVersion(name) {
  const version = execFileSync('dpkg-query', ['-W', name], { stdio: 'pipe' }).toString().trim().split('\t')[1];
  if (!version) throw new Error(`${name} is not installed`);
  return version.replace(/^\d+:/, '').replace(/-[^-]*$/, '');
}

/** The last thing that a failing action said. */
export function reasonFor(action) {
  try {
    action();
    return undefined;
  } catch (error) {
    const lines = `${error.stdout ?? ''}\n${error.stderr ?? ''}`.trim().split('\n');
    return lines.findLast((line) => /err|fail|unable|not /i.test(line))?.trim() ?? error.message.split('\n')[0];
  }
}

function isThere({ binary, needs, debian }) {
  return existsSync(needs ?? binary) || (debian !== undefined && !needs);
}

function isFresh() {
  const marker = here('node_modules/.modules.yaml');
  return existsSync(marker) && statSync(marker).mtimeMs >= statSync(here('pnpm-lock.yaml')).mtimeMs;
}
