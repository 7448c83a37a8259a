// The two small engines with a counter below their allocator, compiled here: what `heap()`, `blocks()`, `peak()` and `clock()` say in a
// script. QuickJS is the release of 2021-03-27, whose sources npm carries; with 32-bit pointers it counts as a microcontroller would.

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { installFromDebian } from '../install.mjs';

const start = promisify(execFile);
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const FOLDER = path('../.cache/memory');
const SOURCES = path('../node_modules/qjsc');
/** The names of what a library of QuickJS is made of. */
const PARTS = ['quickjs', 'cutils', 'libregexp', 'libunicode'];
/** On a 32-bit PC numbers go through the registers of 64 bits, as they do elsewhere. */
const NARROW = ['-m32', '-msse2', '-mfpmath=sse'];

/** `{ name, run(files) }`: the lines that the files print, read as JSON. Throws with the reason when a compiler or library is not there. */
export async function quickjsMeter(bits) {
  const flags = bits === 32 ? NARROW : [];
  const sources = join(realpathSync(SOURCES), 'deps/quickjs_2021_03_27');
  const objects = await Promise.all(
    PARTS.map((part) =>
      compiled(
        `${part}-${bits}.o`,
        [...flags, '-c', '-D_GNU_SOURCE', '-DCONFIG_VERSION="2021-03-27"'],
        [join(sources, `${part}.c`)],
      ),
    ),
  );
  const meter = await compiled(`quickjs-${bits}`, [...flags, '-I', sources], [path('quickjs.c'), ...objects], ['-lm']);
  return { name: `QuickJS, ${bits}-bit`, run: (files) => linesOf(meter, files) };
}

export async function duktapeMeter() {
  const missing = installFromDebian({ debian: ['duktape-dev'], binary: '/usr/include/duktape.h' });
  if (missing) throw new Error(missing);
  const meter = await compiled('duktape', [], [path('duktape.c')], ['-lduktape', '-lm']);
  return { name: 'Duktape', run: (files) => linesOf(meter, files) };
}

/** The objects stay; the meters, which take a moment, are as their sources are now. */
async function compiled(name, flags, sources, libraries = []) {
  mkdirSync(FOLDER, { recursive: true });
  const target = join(FOLDER, name);
  if (name.endsWith('.o') && existsSync(target)) return target;
  await start('gcc', ['-O2', '-w', ...flags, '-o', `${target}.new`, ...sources, ...libraries]);
  await start('mv', [`${target}.new`, target]);
  return target;
}

async function linesOf(meter, files) {
  const { stdout } = await start(meter, files);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
