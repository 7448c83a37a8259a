// Makes dist/node, which Node loads of the published package, and the file for devices.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundleForNode, bundleTogether } from '../../../build/node-entries.mjs';

const home = fileURLToPath(new URL('..', import.meta.url));
const lean = join(home, 'dist/lean.js');

// With the codec: a package of its own would take 5 ms more. The two entries that a device loads have a file each.
await bundleForNode(home, { entryPoints: [join(home, 'dist/index.js')] }, 'client');
await bundleForNode(home, { entryPoints: [lean] }, 'lean');
await bundleTogether(home, {
  tls: 'tls',
  core: 'core',
  azure: 'azure/index',
  material: 'attestation/material/index',
  explain: 'explain/index',
});

// For devices, which have neither package managers nor memory to spare: one minified file, with its map beside it.
await build({
  entryPoints: [lean],
  outfile: join(home, 'dist/mote-client.lean.min.js'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'es2022',
  minify: true,
  sourcemap: true,
  logLevel: 'warning',
});
