// Writes dist/mote-codec.es5.js, and mote-codec.es5.min.js for devices, whose memory holds the text: the whole codec as one script
// for engines without modules or classes. It defines `MoteCodec`.
// esbuild bundles, but to nothing older than ES2015; TypeScript goes from there to ES5. Neither needs a helper for this
// source, and the check keeps it so.

import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import ts from 'typescript';

const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url));
const bundle = (contents, options) =>
  build({ stdin: { contents, resolveDir: path('src'), loader: 'ts' }, bundle: true, write: false, ...options });

const { metafile } = await bundle("export * from './index.ts'", { format: 'esm', metafile: true });
const names = Object.values(metafile.outputs)[0].exports.join(', ');
const { outputFiles } = await bundle(
  `import { annotate } from './annotate.ts'; import { ${names} } from './index.ts'; MoteCodec = { annotate, ${names} };`,
  { format: 'iife', target: 'es2015', charset: 'utf8', mangleProps: /^_/ },
);
const { outputText } = ts.transpileModule(outputFiles[0].text, {
  compilerOptions: { target: ts.ScriptTarget.ES5, ignoreDeprecations: '6.0', removeComments: true },
});
const helper = /\b__\w+/.exec(outputText.replaceAll(/\/\*.*?\*\//g, ''));
if (helper) throw new Error(`the ES5 build needs the helper ${helper[0]}`);
mkdirSync(path('dist'), { recursive: true });
const script = `var MoteCodec;\n${outputText}`;
writeFileSync(path('dist/mote-codec.es5.js'), script);
const { code } = await transform(script, { minify: true, target: 'es5' });
// Under this directive QuickJS up to 2024 keeps neither the text of functions nor line numbers: two thirds of the heap.
writeFileSync(path('dist/mote-codec.es5.min.js'), `"use strip";${code}`);
