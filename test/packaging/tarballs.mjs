// What a tarball must be before it may be published. `pnpm release` asks this of all four, dry or not.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const PACKAGES = ['codec', 'client', 'emulator', 'cli'];

/** Files that are no output of `tsc` from a source of their own. */
const MADE_OTHERWISE = {
  codec: ['dist/mote-codec.js', 'dist/mote-codec.es5.js', 'dist/mote-codec.es5.min.js', ...doorsOf('codec')],
  client: [
    ...['all', 'azure', 'client', 'core', 'explain', 'lean', 'material', 'tls'].map((name) => `dist/node/${name}.js`),
    ...[
      'mote-client.lean.min.js',
      'mote-device.min.js',
      'mote-device.es5.min.js',
      'mote-provision.es5.min.js',
      'mote-telemetry.es5.min.js',
    ].flatMap((name) => [`dist/${name}`, `dist/${name}.map`]),
    'dist/mote-device.es5.js',
  ],
  emulator: ['all', 'emulator', 'files'].map((name) => `dist/node/${name}.js`),
  cli: [
    'bin/mote.js',
    'dist/inspector.html',
    ...readdirSync(join(ROOT, 'packages/cli/assets')).map((name) => `assets/${name}`),
  ],
};

/** Third-party packages that a package may need at run time; the others need none. */
const THIRD_PARTY = { emulator: ['ws'] };

/** Versions of the four manifests and of the newest heading of CHANGELOG.md. */
export function versions() {
  const changelog = /^## (\S+)(.*)$/m.exec(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'));
  return {
    packages: PACKAGES.map((name) => JSON.parse(readFileSync(manifestPath(name), 'utf8')).version),
    changelog: changelog?.[1],
    released: !/unreleased/.test(changelog?.[2] ?? ''),
  };
}

export function manifestPath(name) {
  return join(ROOT, 'packages', name, 'package.json');
}

function doorsOf(name) {
  const { exports } = JSON.parse(readFileSync(manifestPath(name), 'utf8'));
  return Object.values(exports).flatMap((entry) => entry.default?.slice('./'.length) ?? []);
}

/** A module of a package, and all of the package that it loads. */
function modulesFrom(name, path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  for (const [, from] of readFileSync(join(ROOT, 'packages', name, path), 'utf8').matchAll(/\bfrom "(\.[^"]+)"/g))
    modulesFrom(name, join(path, '..', from), found);
  return found;
}

/** What is wrong with the tarball of `packages/NAME`; nothing, one hopes. */
export function faultsOf(name, tarball, version) {
  const files = lines(execFileSync('tar', ['-tzf', tarball])).map((path) => path.replace(/^package\//, ''));
  const textOf = (path) => execFileSync('tar', ['-xzOf', tarball, `package/${path}`], { encoding: 'utf8' });
  const manifest = JSON.parse(textOf('package.json'));
  return [
    ...fileFaults(files, filesOf(name)),
    ...manifestFaults(name, manifest, version),
    ...targets(manifest)
      .filter((path) => !files.includes(path))
      .map((path) => `package.json names ${path}, which is not there`),
    ...files.filter((path) => path.endsWith('.js')).flatMap((path) => mapFaults(path, textOf(path), files)),
    ...(textOf('LICENSE') === readFileSync(join(ROOT, 'LICENSE'), 'utf8') ? [] : ['LICENSE is another']),
    ...(textOf('README.md').startsWith(`# ${manifest.name}\n`) ? [] : ['README.md is of another package']),
  ];
}

/** The list: a source gives its script and its types, and nothing else is there. */
function filesOf(name) {
  const sources = readdirSync(join(ROOT, 'packages', name, 'src'), { recursive: true })
    .map((path) => String(path).replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .map((path) => path.slice(0, -'.ts'.length));
  // The code of the codec is one file with a door for each entry.
  const built = sources.flatMap((path) => [`dist/${path}.d.ts`, ...(name === 'codec' ? [] : [`dist/${path}.js`])]);
  // The modules for bundlers are known by what the entry loads, once it is built: a release builds after this file is loaded.
  const small = name === 'client' ? modulesFrom('client', 'dist/small/lean.js') : [];
  return ['package.json', 'README.md', 'LICENSE', ...built, ...MADE_OTHERWISE[name], ...small];
}

function fileFaults(files, wanted) {
  return [
    ...wanted.filter((path) => !files.includes(path)).map((path) => `${path} is missing`),
    ...files.filter((path) => !wanted.includes(path)).map((path) => `${path} is left over: \`pnpm clean\``),
  ];
}

function manifestFaults(name, manifest, version) {
  const faults = [];
  if (manifest.version !== version) faults.push(`version ${manifest.version}, not ${version}`);
  if (manifest.publishConfig?.provenance !== true) faults.push('no provenance');
  if (manifest.publishConfig?.access !== 'public') faults.push('not public');
  if (manifest.license !== 'MIT') faults.push(`license ${manifest.license}`);
  if (JSON.stringify(manifest).includes('workspace:')) faults.push('a workspace: range was left in');
  for (const [dependency, range] of Object.entries(manifest.dependencies ?? {})) {
    if (dependency.startsWith('@mote/') ? range !== version : !THIRD_PARTY[name]?.includes(dependency)) {
      faults.push(`depends on ${dependency} ${range}`);
    }
  }
  for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) {
    if (manifest.scripts?.[script] !== undefined) faults.push(`runs ${script} on the machine of the user`);
  }
  return faults;
}

/** Every file that the manifest points at. */
function targets(manifest) {
  const found = [];
  const walk = (value) => {
    if (typeof value === 'string') found.push(value.replace(/^\.\//, ''));
    else for (const member of Object.values(value ?? {})) walk(member);
  };
  for (const member of ['exports', 'bin', 'main', 'types']) walk(manifest[member]);
  return found;
}

/** A map that is named must be there, and so must the sources that it names. */
function mapFaults(path, text, files) {
  const map = /^\/\/# sourceMappingURL=(.+)$/m.exec(text)?.[1];
  return map === undefined || files.includes(join(path, '..', map)) ? [] : [`${path} names ${map}, which is not there`];
}

const lines = (output) => output.toString().trim().split('\n');
