import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

// A build is left out only when nothing that it reads, and nothing that it has written, is another than after the last one.

interface Stamp {
  fresh(): boolean;
  sources(): string;
  remove(): void;
  write(read: string): void;
}
const { BuildStamp } = (await import(new URL('../../build/stamp.mjs', import.meta.url).href)) as {
  BuildStamp: new (root: string) => Stamp;
};

const TREE = {
  'build/build.mjs': 'script',
  'package.json': '{}',
  'pnpm-lock.yaml': 'typescript: 6.0.3',
  'tsconfig.json': '{}',
  'tsconfig.base.json': '{}',
  'packages/codec/package.json': '{}',
  'packages/codec/tsconfig.json': '{}',
  'packages/codec/src/index.ts': 'export const a = 1;',
  'packages/codec/src/packets/publish.ts': 'export const b = 1;',
  'packages/codec/build/bundle.mjs': 'bundle',
  'packages/codec/dist/index.js': 'export const a = 1;',
  'packages/codec/node_modules/x/index.js': 'x',
  'packages/cli/assets/inspector.css': 'a {}',
  'packages/cli/dist/inspector.html': '<html>',
};

let root: string;
let stamp: Stamp;
const at = (path: string) => join(root, path);
function put(path: string, text: string): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mote-stamp-'));
  for (const [path, text] of Object.entries(TREE)) put(path, text);
  stamp = new BuildStamp(root);
  stamp.write(stamp.sources());
});
afterEach(() => rmSync(root, { recursive: true }));

const STALE: [string, () => void][] = [
  ...Object.keys(TREE)
    .filter((path) => !path.includes('node_modules'))
    .flatMap((path): [string, () => void][] => [
      [`${path} has another text`, () => put(path, `${TREE[path as keyof typeof TREE]} `)],
      [`${path} is gone`, () => rmSync(at(path))],
    ]),
  ['a source is new', () => put('packages/codec/src/new.ts', '')],
  ['a package is new', () => put('packages/other/src/index.ts', '')],
  ['a product is there that no build wrote', () => put('packages/codec/dist/old.js', '')],
  ['a source has another name', () => renameSync(at('packages/codec/src/index.ts'), at('packages/codec/src/main.ts'))],
  ['all products are gone', () => rmSync(at('packages/codec/dist'), { recursive: true })],
  ['a build began and did not end', () => stamp.remove()],
];
test.each(STALE)('builds when %s', (_what, change) => {
  expect(stamp.fresh()).toBe(true);
  change();
  expect(stamp.fresh()).toBe(false);
});

test.each<[string, () => void]>([
  ['nothing has', () => {}],
  ['a source was saved as it was', () => put('packages/codec/src/index.ts', TREE['packages/codec/src/index.ts'])],
  ['times have', () => utimesSync(at('packages/codec/src/index.ts'), 0, 0)],
  ['a document outside the packages has', () => put('docs/size.md', 'x')],
  ['what is installed in a package has: the lockfile tells', () => put('packages/codec/node_modules/x/index.js', 'y')],
])('builds nothing when only %s changed', (_what, change) => {
  change();
  expect(stamp.fresh()).toBe(true);
});

test('builds again what was saved while it was built', () => {
  const read = stamp.sources();
  put('packages/codec/src/index.ts', 'saved meanwhile');
  stamp.write(read);
  expect(stamp.fresh()).toBe(false);
});
