import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// Arrows between the folders of the service point one way, and out of the service none: what it decides knows no listener, no file
// and no clock. The compiler keeps the platform out (purity.test.ts).

const SRC = fileURLToPath(new URL('../../packages/emulator/src', import.meta.url));
const SERVICE = join(SRC, 'service');

/** What each folder may import beside itself, `events.ts`, the codec and the words of the client. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  values: [],
  credentials: ['values'],
  faults: ['values'],
  enrollment: ['values', 'credentials'],
  mqtt: ['values', 'credentials', 'faults'],
  registration: ['values', 'credentials', 'faults', 'enrollment', 'mqtt'],
  hub: ['values', 'credentials', 'faults', 'enrollment', 'mqtt'],
};

const files = readdirSync(SERVICE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

function imports(folder: string, file: string): string[] {
  const source = readFileSync(join(folder, file), 'utf8');
  return [...source.matchAll(/^(?:import|export)[^;]*? from '([^']+)'/gms)].map(([, name]) => name!);
}

const targetOf = (file: string, name: string) => relative(SERVICE, join(SERVICE, dirname(file), name));

test('the table names every folder', () => {
  const folders = new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]!));
  expect([...folders].sort()).toEqual(Object.keys(ARROWS).sort());
});

test.each(Object.entries(ARROWS))('%s imports no other folder than %j', (folder, allowed) => {
  const strangers = files
    .filter((file) => file.startsWith(`${folder}/`))
    .flatMap((file) => imports(SERVICE, file).map((name) => [file, name] as const))
    .filter(([, name]) => name.startsWith('.'))
    .map(([file, name]) => [file, targetOf(file, name)] as const)
    .filter(([, target]) => target !== 'events.ts' && ![folder, ...allowed].includes(target.split('/')[0]!));
  expect(strangers).toEqual([]);
});

test('the service imports the codec and the words of DPS and IoT Hub, and nothing of the edge', () => {
  const outside = files.flatMap((file) => imports(SERVICE, file).map((name) => targetOrName(file, name)));
  const strangers = outside.filter((name) => name.startsWith('..') || /^(?:node:|ws$)/.test(name));
  expect(strangers).toEqual([]);
  const packages = new Set(outside.filter((name) => name.startsWith('@')));
  expect([...packages].sort()).toEqual(['@mote/client/azure', '@mote/codec']);
});

const targetOrName = (file: string, name: string) => (name.startsWith('.') ? targetOf(file, name) : name);

test('a connection knows neither DPS nor the hub', () => {
  for (const file of files.filter((name) => name.startsWith('mqtt/')))
    expect(readFileSync(join(SERVICE, file), 'utf8'), file).not.toMatch(/\$dps\/|\$iothub\/|registrations\/|devices\//);
});

test('there are two files about options', () => {
  const names = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => /option/.test(name));
  expect(names.filter((name) => name.endsWith('.ts') && !name.includes('tls-options')).sort()).toEqual([
    'check-options.ts',
    'options.ts',
  ]);
});
