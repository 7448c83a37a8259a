import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Manifest {
  readonly name: string;
  readonly sideEffects: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const manifest = (name: string): Manifest =>
  JSON.parse(readFileSync(new URL(`../../packages/${name}/package.json`, import.meta.url), 'utf8'));

test.each(['codec', 'client', 'cli'])('%s needs no package of a third party at run time', (name) => {
  const foreign = Object.keys(manifest(name).dependencies ?? {}).filter(
    (dependency) => !dependency.startsWith('@mote/'),
  );
  expect(foreign).toEqual([]);
});

test.each([
  ['codec', []],
  ['client', ['@mote/codec']],
  ['emulator', ['@mote/client', '@mote/codec']],
  ['cli', ['@mote/client', '@mote/codec', '@mote/emulator']],
])('arrows point one way: %s knows %j', (name, allowed) => {
  const { dependencies = {}, sideEffects } = manifest(name);
  expect(Object.keys(dependencies).filter((dependency) => dependency.startsWith('@mote/'))).toEqual(allowed);
  expect(sideEffects).toBe(false);
});
