import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// Arrows between the folders of the client point one way. The compiler keeps platform and pure folders apart (purity.test.ts); this
// keeps the folders apart from one another.

const SRC = fileURLToPath(new URL('../../packages/client/src', import.meta.url));

const PAGE = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8');

/** What the functions of the edge share: the driver, checks of options, signals, callbacks, Node. */
const EDGE = [
  'abort.ts',
  'driver.ts',
  'node.ts',
  'observers.ts',
  'option-rules.ts',
  'tls-options.ts',
  'version.ts',
  'words.ts',
];

/** What each folder may import, beside itself, the codec and `values.ts`. `root` is every file that stands in no folder. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  azure: [],
  mqtt: [],
  dps: ['azure', 'mqtt'],
  hub: ['azure', 'mqtt'],
  // Types alone: what a failure or a step of progress is.
  explain: ['dps', 'hub', 'mqtt'],
  transport: ['node.ts'],
  attestation: ['azure', 'dps', 'transport', 'node.ts'],
  provision: ['attestation', 'azure', 'dps', 'explain', 'transport', ...EDGE],
  connect: ['attestation', 'explain', 'mqtt', 'transport', ...EDGE],
  device: ['attestation', 'azure', 'connect', 'dps', 'explain', 'hub', 'mqtt', 'provision', 'transport', ...EDGE],
};

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

function imports(file: string): string[] {
  const source = readFileSync(join(SRC, file), 'utf8');
  return [...source.matchAll(/^(?:import|export)[^;]*? from '([^']+)'/gms)].map(([, name]) => name!);
}

/** The folder that an import of this file leads to; undefined for the codec, Node and `values.ts`. */
function roomOf(file: string, name: string): string | undefined {
  if (!name.startsWith('.')) return undefined;
  const target = relative(SRC, join(SRC, dirname(file), name));
  if (target === 'values.ts') return undefined;
  return target.includes('/') ? target.split('/')[0] : target;
}

test('the table names every folder', () => {
  const folders = new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]!));
  expect([...folders].sort()).toEqual(Object.keys(ARROWS).sort());
});

test.each(Object.entries(ARROWS))('docs/architecture.md says what %s may import', (folder, allowed) => {
  const row = new RegExp(`^\\| \`packages/client/src/${folder}\` \\|.*\\| ([^|]*) \\|$`, 'm').exec(PAGE)?.[1] ?? '';
  const folders = allowed.filter((name) => !name.endsWith('.ts'));
  const named = [...row.matchAll(/`([a-z]+)\/`/g)].map(([, name]) => name);
  expect(named).toEqual(row === 'all of the above' ? [] : folders);
  if (row === 'all of the above')
    expect(folders).toEqual(
      Object.keys(ARROWS)
        .filter((other) => other !== folder)
        .sort(),
    );
});

test.each(Object.entries(ARROWS))('%s imports no other folder than %j', (folder, allowed) => {
  const strangers = files
    .filter((file) => file.startsWith(`${folder}/`))
    .flatMap((file) => imports(file).map((name) => [file, roomOf(file, name)] as const))
    .filter(([, target]) => target !== undefined && target !== folder && !allowed.includes(target));
  expect(strangers).toEqual([]);
});

test.each(['azure', 'mqtt', 'dps', 'hub', 'explain'])('%s imports nothing of Node', (folder) => {
  const inside = files.filter((file) => file.startsWith(`${folder}/`));
  expect(inside.flatMap(imports).filter((name) => name.startsWith('node:'))).toEqual([]);
});

test('transports know nothing of provisioning, Azure or MQTT', () => {
  for (const file of files.filter((name) => name.startsWith('transport/')))
    expect(readFileSync(join(SRC, file), 'utf8'), file).not.toMatch(/ProvisioningError|\/dps\/|\$iothub|MqttError/);
});

test('what a dial gets has no types of Node in it', () => {
  expect(imports('transport/transport.ts').filter((name) => name.startsWith('node:'))).toEqual([]);
});
