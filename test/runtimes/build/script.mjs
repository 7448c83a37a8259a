import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { vectorsForSuite } from './vectors.mjs';

const PARTS = ['values', 'verdict', 'encoders', 'whole', 'damage', 'extras', 'suite'];
const dist = (name) => new URL(`../../../packages/codec/dist/${name}`, import.meta.url).pathname;

/**
 * The whole suite as one file that needs nothing but an engine. `form` is one of
 * - `es5`: the ES5 build of the codec, in front of a suite that is ES5 as well;
 * - `sample`: the same, with a part of the checks, for CI on engines that take a minute for all of them;
 * - `module`: the modules of `dist`, bundled, not lowered;
 * - `worker`: the same, as a worker with a test in it, for `workerd test`.
 */
export async function suiteScript(form) {
  const sample = form === 'sample';
  const result = `JSON.stringify(runSuite(MoteCodec, ${vectors({ sample })}))`;
  if (form === 'es5' || sample) {
    return `${readFileSync(dist('mote-codec.es5.js'), 'utf8')}\n(function () {\n${parts()}\n${report(result)}\n})();\n`;
  }
  const end = form === 'worker' ? `export default { test() { console.log(${result}); } };` : report(result);
  const { outputFiles } = await build({
    stdin: { contents: `${IMPORTS}\n${parts()}\n${end}`, resolveDir: dist('') },
    bundle: true,
    format: 'esm',
    target: 'es2020',
    write: false,
  });
  return outputFiles[0].text;
}

/** The machines of the client, with the file for devices in front: it takes the engines of `es5`. */
export function machinesScript() {
  const parts = ['talks', 'machines'].map((name) =>
    readFileSync(new URL(`../machines/${name}.js`, import.meta.url), 'utf8'),
  );
  const file = readFileSync(new URL('../../../packages/client/dist/mote-device.es5.min.js', import.meta.url), 'utf8');
  return `${file}\n(function () {\n${parts.join('\n')}\n${report(`JSON.stringify(runMachines(Mote, ${TALKS}))`)}\n})();\n`;
}

/** Of each machine. */
const TALKS = 300;

const IMPORTS = `import * as core from './index.js';
import { annotate } from './annotate.js';
var MoteCodec = Object.assign({ annotate: annotate }, core);`;

/** A page has `print` too, and it opens a dialogue; so has gjs a `window`. Only a page has a document. */
function report(result) {
  return `(typeof print === 'function' && typeof document === 'undefined' ? print : function (line) { console.log(line); })(${result});`;
}

function parts() {
  return PARTS.map((name) => readFileSync(new URL(`../suite/${name}.js`, import.meta.url), 'utf8')).join('\n');
}

/** In ASCII, because not every engine reads its source as UTF-8. */
function vectors(options) {
  return JSON.stringify(vectorsForSuite(options)).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
