// What Node loads of the published packages, which is not what it loads in the workspace.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Entry {
  readonly types: string;
  readonly module?: string;
  readonly default: string;
}
interface Manifest {
  readonly exports: Record<string, Entry>;
  readonly publishConfig: { readonly exports: Record<string, Entry> };
}

const packages = ['client', 'emulator'].map((name) => {
  const home = new URL(`../../packages/${name}/`, import.meta.url);
  const manifest = JSON.parse(readFileSync(new URL('package.json', home), 'utf8')) as Manifest;
  return { name: `@mote/${name}`, home, workspace: entriesOf(manifest), published: entriesOf(manifest.publishConfig) };
});
const entries = packages.flatMap(({ name, home, workspace, published }) =>
  Object.keys(workspace).map((entry) => {
    const [modules, node] = [workspace[entry]!, published[entry]!].map(({ default: path }) => new URL(path, home).href);
    return { entry: name + entry.slice(1), modules: modules!, node: node! };
  }),
);

test.each(packages)('$name: every entry of the workspace is published, with its types', ({ workspace, published }) => {
  expect(Object.entries(published).map(([entry, { types }]) => [entry, types])).toEqual(
    Object.entries(workspace).map(([entry, { types }]) => [entry, types]),
  );
});

test('bundlers get the modules of the client', () => {
  const [{ workspace, published }] = packages as [(typeof packages)[0]];
  for (const [entry, { module }] of Object.entries(published))
    expect(module).toBe(workspace[entry]!.module ?? workspace[entry]!.default);
});

test.each(entries)('$entry: Node gets every name that the modules have', async ({ modules, node }) => {
  const [from, wanted] = (await Promise.all([import(node), import(modules)])) as object[];
  expect(Object.keys(from!).sort()).toEqual(Object.keys(wanted!).sort());
  expect(Object.keys(from!).length).toBeGreaterThan(0);
});

test.each(entries)('$entry: Node loads at most two files of it, in place of many modules', ({ modules, node }) => {
  expect(filesOf(node).size).toBeLessThanOrEqual(2);
  expect(filesOf(modules).size).toBeGreaterThan(3);
});

test('a class is one class in the entries that share a file', async () => {
  const from = async (name: string): Promise<unknown> =>
    ((await import(entries.find(({ entry }) => entry === name)!.node)) as Record<string, unknown>)['ProvisioningError'];
  expect(await from('@mote/client/tls')).toBeTypeOf('function');
  expect(await from('@mote/client/core')).toBe(await from('@mote/client/tls'));
});

function entriesOf({ exports }: Pick<Manifest, 'exports'>): Record<string, Entry> {
  return Object.fromEntries(Object.entries(exports).filter(([entry]) => entry !== './package.json'));
}

/** The addresses of all files of the package that this one brings along, itself included. */
function filesOf(url: string, seen: Set<string> = new Set()): Set<string> {
  seen.add(url);
  for (const [, from] of readFileSync(new URL(url), 'utf8').matchAll(/\bfrom\s*["'](\.[^"']+)["']/g)) {
    const next = new URL(from!, url).href;
    if (!seen.has(next)) filesOf(next, seen);
  }
  return seen;
}
