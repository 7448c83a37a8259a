// Makes dist/node, which is what Node loads of the published package: Node takes 0.4 ms of CPU for each module, and the 100 to 190 that an
// entry has made its import cost as much as starting Node. Bundlers get the many files, of which they can leave out more; in the workspace
// they serve as well, since nothing tells one file that a source of it has changed.

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const bundled = { bundle: true, format: 'esm', platform: 'node', target: 'es2022', logLevel: 'warning' };
// Not minified: a throw shows a few lines that can be read. The codec stays a package of its own, so that its errors are of one class.
const forNode = { ...bundled, external: ['@mote/codec'] };

/** Entries that share one file, so that a process has each class once, whichever of them it imports. */
const SHARING = {
  client: 'index',
  tls: 'tls',
  core: 'core',
  azure: 'azure/index',
  material: 'attestation/material/index',
  explain: 'explain/index',
};

const names = await Promise.all(
  Object.entries(SHARING).map(async ([entry, file]) => {
    const source = `./dist/${file}.js`;
    return { entry, source, exported: Object.keys(await import(path(source))) };
  }),
);
await build({
  ...forNode,
  stdin: {
    contents: names
      .map(({ entry, source, exported }) => reExport(source, exported, (name) => `${name} as ${entry}$${name}`))
      .join(''),
    resolveDir: path('.'),
  },
  outfile: path('dist/node/all.js'),
});
for (const { entry, exported } of names)
  writeFileSync(
    path(`dist/node/${entry}.js`),
    reExport('./all.js', exported, (name) => `${entry}$${name} as ${name}`),
  );

// The lean entry is a third of all that, and has its own.
await build({ ...forNode, entryPoints: [path('dist/lean.js')], outfile: path('dist/node/lean.js') });

// For devices, which have neither package managers nor memory to spare: one minified file, with its map beside it.
await build({
  ...bundled,
  entryPoints: [path('dist/lean.js')],
  outfile: path('dist/mote-client.lean.min.js'),
  minify: true,
  sourcemap: true,
});

function reExport(source, exported, written) {
  return `export { ${exported.map(written).join(', ')} } from '${source}';\n`;
}
