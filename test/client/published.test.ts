// What Node loads of the published package, which is not what it loads in the workspace.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const home = new URL('../../packages/client/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', home), 'utf8')) as {
  exports: Record<string, Entry>;
  publishConfig: { exports: Record<string, Entry & { module: string }> };
};
interface Entry {
  readonly types: string;
  readonly default: string;
}
const { './package.json': _, ...published } = manifest.publishConfig.exports;
const entries = Object.entries(published);
const urlOf = (path: string): string => new URL(path, home).href;

test('every entry of the workspace is published, with its types, and bundlers get the same modules', () => {
  const { './package.json': _, ...workspace } = manifest.exports;
  expect(entries.map(([name, { types, module }]) => [name, types, module])).toEqual(
    Object.entries(workspace).map(([name, entry]) => [name, entry.types, entry.default]),
  );
});

test.each(entries)('%s: Node gets every name that bundlers get', async (_name, entry) => {
  const [node, modules] = (await Promise.all([import(urlOf(entry.default)), import(urlOf(entry.module))])) as object[];
  expect(Object.keys(node!).sort()).toEqual(Object.keys(modules!).sort());
  expect(Object.keys(node!).length).toBeGreaterThan(0);
});

test.each(entries)('%s: Node loads at most two files of it, where bundlers get many', (_name, entry) => {
  expect(filesOf(urlOf(entry.default)).size).toBeLessThanOrEqual(2);
  expect(filesOf(urlOf(entry.module)).size).toBeGreaterThan(3);
});

test('a class is one class, whichever entry it comes from', async () => {
  const [whole, tls] = (await Promise.all(
    ['.', './tls'].map((name) => import(urlOf(published[name]!.default))),
  )) as Record<string, unknown>[];
  expect(whole!['ProvisioningError']).toBeTypeOf('function');
  expect(tls!['ProvisioningError']).toBe(whole!['ProvisioningError']);
});

/** The addresses of all files of the package that this one brings along, itself included. */
function filesOf(url: string, seen: Set<string> = new Set()): Set<string> {
  seen.add(url);
  for (const [, from] of readFileSync(new URL(url), 'utf8').matchAll(/\bfrom\s*["'](\.[^"']+)["']/g)) {
    const next = new URL(from!, url).href;
    if (!seen.has(next)) filesOf(next, seen);
  }
  return seen;
}
