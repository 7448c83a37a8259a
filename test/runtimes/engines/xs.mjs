import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url));
const BINARY = path('.cache/xsnap/moddable/build/bin/lin/release/xsnap');

/** Moddable XS is an engine for microcontrollers. Its C sources come in an npm tarball and take half a minute to compile. */
export const XS = {
  id: 'xs',
  name: 'Moddable XS',
  from: 'built from npm `@agoric/xsnap`',
  binary: BINARY,
  needs: path('node_modules/@agoric/xsnap'),
  make() {
    if (existsSync(BINARY)) return;
    cpSync(realpathSync(path('node_modules/@agoric/xsnap')), path('.cache/xsnap'), { recursive: true });
    execFileSync(
      'make',
      ['-s', 'GOAL=release', `MODDABLE=${path('.cache/xsnap/moddable')}`, 'XSNAP_VERSION=npm', '-f', 'xsnap.mk'],
      { cwd: path('.cache/xsnap/xsnap-native/xsnap/makefiles/lin'), stdio: 'pipe' },
    );
  },
  version: () => ['-v'],
  es5: (file) => ['-s', file],
  module: (file) => ['-m', file],
};
