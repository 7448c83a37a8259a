import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { byLines, EXAMPLES, LINES } from './device.mjs';

const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url));
const BINARY = path('.cache/xsnap/moddable/build/bin/lin/release/xsnap');
/** The same engine, which takes commands one after the other. */
const WORKER = path('.cache/xsnap/xsnap-native/xsnap/build/bin/lin/release/xsnap-worker');

/** Moddable XS is an engine for microcontrollers. Its C sources come in an npm tarball and take half a minute to compile. */
export const XS = {
  id: 'xs',
  name: 'Moddable XS',
  // It takes a minute and a half to compile, and a moment once it is.
  ci: existsSync(BINARY) && existsSync(WORKER),
  from: 'built from npm `@agoric/xsnap`',
  binary: BINARY,
  needs: path('node_modules/@agoric/xsnap'),
  make: () => build(BINARY, 'xsnap.mk'),
  makeDevice: () => build(WORKER, 'xsnap-worker.mk'),
  device: byLines([join(EXAMPLES, 'xs/run.sh'), WORKER, ...LINES, join(EXAMPLES, 'xs/main.js')], '--netstrings'),
  version: () => ['-v'],
  es5: (file) => ['-s', file],
  module: (file) => ['-m', file],
};

function build(binary, makefile) {
  if (existsSync(binary)) return;
  if (!existsSync(path('.cache/xsnap')))
    cpSync(realpathSync(path('node_modules/@agoric/xsnap')), path('.cache/xsnap'), { recursive: true });
  execFileSync(
    'make',
    ['-s', 'GOAL=release', `MODDABLE=${path('.cache/xsnap/moddable')}`, 'XSNAP_VERSION=npm', '-f', makefile],
    {
      cwd: path('.cache/xsnap/xsnap-native/xsnap/makefiles/lin'),
      stdio: 'pipe',
    },
  );
}
