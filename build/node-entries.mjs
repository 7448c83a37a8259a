// Makes the files that Node loads of a published package. Node takes 0.4 ms of CPU for each module, and the 100 to 190 that an entry has
// made its import cost as much as starting Node. Bundlers get the many files, of which they can leave out more; in the workspace they
// serve as well, since nothing tells one file that a source of it has changed.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/**
 * Writes dist/node/all.js with these entries of a package, and a file for each that names its exports: so a process has each class once,
 * whichever of them it imports.
 *
 * @param {string} home the folder of the package
 * @param {Record<string, string>} entries the module of each, below dist and without `.js`
 * @param {readonly string[]} external packages that it does not bring along
 */
export async function bundleTogether(home, entries, external) {
  const names = await Promise.all(
    Object.entries(entries).map(async ([entry, file]) => {
      const source = `./dist/${file}.js`;
      return { entry, source, exported: Object.keys(await import(pathToFileURL(join(home, source)))) };
    }),
  );
  const contents = names.map(({ entry, source, exported }) =>
    reExport(source, exported, (name) => `${name} as ${entry}$${name}`),
  );
  await bundleForNode(home, { stdin: { contents: contents.join(''), resolveDir: home } }, 'all', external);
  for (const { entry, exported } of names)
    writeFileSync(
      join(home, `dist/node/${entry}.js`),
      reExport('./all.js', exported, (name) => `${entry}$${name} as ${name}`),
    );
}

/** Writes dist/node/NAME.js with what `input` says in the words of esbuild. `external`: packages that it does not bring along. */
export async function bundleForNode(home, input, name, external) {
  await build({
    ...input,
    outfile: join(home, `dist/node/${name}.js`),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    external,
    // Not minified: a throw shows a few lines that can be read.
    logLevel: 'warning',
  });
}

function reExport(source, exported, written) {
  return `export { ${exported.map(written).join(', ')} } from '${source}';\n`;
}
