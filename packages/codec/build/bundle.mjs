// Writes dist/mote-codec.js, the whole codec as one module, and a door to it for each entry of package.json. One module,
// because V8 goes through a cell for whatever comes from another: a PUBACK took a fifth longer to encode, a PUBLISH a quarter
// longer to decode (Node 20). A bundler still takes only what is asked for: nothing in it is done at the start.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const source = (file) => path(file.replace('dist', 'src').replace(/js$/, 'ts'));
const { exports } = JSON.parse(readFileSync(path('package.json'), 'utf8'));
const doors = Object.values(exports).flatMap((entry) => entry.default ?? []);

const bundle = async (contents) => {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: path('.'), loader: 'ts' },
    bundle: true,
    format: 'esm',
    target: 'es2020',
    // Private fields, which nobody outside calls by name. Minifiers keep the names of properties: 400 bytes of a device.
    mangleProps: /^_/,
    write: false,
    metafile: true,
  });
  const { exports } = Object.values(metafile.outputs)[0];
  return { text: constantsFirst(outputFiles[0].text), names: exports };
};

/**
 * Numbers and texts that have a name: esbuild makes a `var` of each. As a `const` in front of all else, the bundler of a device puts
 * them where they are used.
 */
function constantsFirst(text) {
  const constants = [];
  const rest = text.replace(/^var (\w+ = (?:\d+|"[^"]*");\n)/gm, (_line, constant) => {
    constants.push(`const ${constant}`);
    return '';
  });
  return constants.join('') + rest;
}

rmSync(path('dist/mote-codec.js'), { force: true });
const all = await bundle(doors.map((door) => `export * from '${source(door)}';`).join('\n'));
mkdirSync(path('dist/packets'), { recursive: true });
writeFileSync(path('dist/mote-codec.js'), all.text);
const { names: inIndex } = await bundle(`export * from '${source('./dist/index.js')}';`);
for (const door of doors) {
  const { names } = await bundle(`export * from '${source(door)}';`);
  // What a packet's file gives to its neighbours alone is marked @internal, and not in the index.
  const open = door.includes('/packets/') ? names.filter((name) => inIndex.includes(name)) : names;
  const from = relative(dirname(path(door)), path('dist/mote-codec.js')).replace(/^(?!\.)/, './');
  writeFileSync(path(door), `export { ${open.join(', ')} } from '${from}';\n`);
}
