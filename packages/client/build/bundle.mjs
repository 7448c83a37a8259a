// Makes dist/mote-client.js, the whole package in one file with the codec, which is what is published: Node takes 0.4 ms of
// CPU for each module it loads, and 80 of them made the import cost half as much as starting Node (20.20, two cores).
// In the workspace the many files serve, since nothing tells one file that a source of it has changed.

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

await build({
  entryPoints: [path('dist/index.js')],
  outfile: path('dist/mote-client.js'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'es2022',
  // Not minified: a throw shows a few lines that can be read.
  logLevel: 'warning',
});

// For devices, which have neither package managers nor memory to spare: one minified file, with its map beside it.
await build({
  entryPoints: [path('dist/lean.js')],
  outfile: path('dist/mote-client.lean.min.js'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'es2022',
  minify: true,
  sourcemap: true,
  logLevel: 'warning',
});
