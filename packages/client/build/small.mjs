// Makes dist/small, the modules that bundlers get of the entry `lean`: those of dist, with names of one or two letters for members that
// nobody outside can see, which minifiers leave as they are, and with numbers in place of the names of constants. Node and TypeScript
// read those of dist.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { withNumbers } from './small/constants.mjs';
import { privateNames } from './small/private-names.mjs';

const home = fileURLToPath(new URL('..', import.meta.url));
const ENTRIES = ['lean'];
const LETTERS = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'];

const { metafile } = await build({
  entryPoints: ENTRIES.map((name) => `dist/${name}.js`),
  absWorkingDir: home,
  bundle: true,
  packages: 'external',
  write: false,
  outdir: 'dist',
  format: 'esm',
  platform: 'node',
  metafile: true,
});
const paths = Object.keys(metafile.inputs).map((file) => join(home, file));
const modules = withNumbers(new Map(paths.map((path) => [path, readFileSync(path, 'utf8')])));

const counts = privateNames(
  join(home, 'src/'),
  ENTRIES.map((name) => join(home, `src/${name}.ts`)),
);
// The way through a proxy that one entry gives is also given to transports of the others.
counts.delete('through');
// The shortest for the most frequent.
const names = [...counts.keys()].sort((one, other) => counts.get(other) - counts.get(one) || (one < other ? -1 : 1));
const short = [...LETTERS, ...LETTERS.flatMap((first) => LETTERS.map((second) => first + second))];

rmSync(join(home, 'dist/small'), { recursive: true, force: true });
for (const [path, text] of modules) {
  const { code } = await transform(text, {
    format: 'esm',
    target: 'es2022',
    mangleProps: new RegExp(`^(?:${names.join('|')})$`),
    mangleCache: Object.fromEntries(names.map((name, index) => [name, short[index]])),
  });
  const target = join(home, 'dist/small', path.slice(join(home, 'dist/').length));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, code);
}
