// What an installation has on disk: packages, and the bytes of their files.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AZURE_PACKAGES, azureFolder, azureIsInstalled } from './azure-folder.ts';

export interface Footprint {
  readonly what: FootprintName;
  readonly packages: number;
  readonly bytes: number;
}

export type FootprintName = 'Mote' | typeof WHOLE | 'MQTT.js' | 'Azure SDK';

/** Emulator and command as well, with ws. */
export const WHOLE = 'Mote, all four packages';

const bench = fileURLToPath(new URL('../..', import.meta.url));
const root = dirname(bench.replace(/\/$/, ''));

/** Of what takes a device from its key to its telemetry, and of MQTT.js, which knows nothing of Azure. */
export function measureFootprints(): Footprint[] {
  return [
    installed('Mote', bench, ['@mote/client']),
    installed(WHOLE, root, ['@mote/cli']),
    installed('MQTT.js', bench, ['mqtt']),
    ...(azureIsInstalled() ? [installed('Azure SDK', azureFolder, AZURE_PACKAGES)] : []),
  ];
}

/** These packages, and whatever they depend on. */
function installed(what: FootprintName, folder: string, names: readonly string[]): Footprint {
  const found = new Set<string>();
  const left = names.map((name) => [name, folder] as const);
  for (let next = left.pop(); next; next = left.pop()) {
    const [name, from] = next;
    const at = folderOf(name, from);
    // What is optional may not be installed on this system.
    if (at === undefined || found.has(at)) continue;
    found.add(at);
    const { dependencies = {}, optionalDependencies = {} } = manifestOf(at);
    for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies })) left.push([dependency, at]);
  }
  return { what, packages: found.size, bytes: [...found].reduce((sum, at) => sum + bytesOf(at), 0) };
}

/** Where `require` would look for it. */
function folderOf(name: string, from: string): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    const candidate = join(at, 'node_modules', name);
    if (existsSync(candidate)) return realpathSync(candidate);
    if (at === dirname(at)) return undefined;
  }
}

function manifestOf(at: string): {
  readonly name: string;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
} {
  return JSON.parse(readFileSync(join(at, 'package.json'), 'utf8'));
}

/** Ours as npm would publish it: its folder holds sources and tests, too. */
function bytesOf(at: string): number {
  if (!manifestOf(at).name.startsWith('@mote/')) return bytesUnder(at);
  const report = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: at, stdio: 'pipe' });
  const [{ unpackedSize }] = JSON.parse(report.toString()) as [{ unpackedSize: number }];
  return unpackedSize;
}

function bytesUnder(at: string): number {
  return readdirSync(at, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .reduce((sum, entry) => {
      const path = join(at, entry.name);
      return sum + (entry.isDirectory() ? bytesUnder(path) : statSync(path).size);
    }, 0);
}
