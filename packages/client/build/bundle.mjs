// Makes dist/index.js one file, codec included: Node takes 0.4 ms of CPU for each module it loads, and the package has 80
// with the codec's, which made its import cost as much as a third of starting Node (20.20, two cores). `tsc -b` writes the
// many files again when a source has changed, and they work just as well, so this is a step of `build` and of packing only.

import { renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

await build({
  entryPoints: [path('dist/index.js')],
  outfile: path('dist/index.bundle.js'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'es2022',
  // Names stay, for whoever reads a stack.
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
});
renameSync(path('dist/index.bundle.js'), path('dist/index.js'));
