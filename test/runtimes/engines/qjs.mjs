import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXAMPLES, SCRIPTS } from './device.mjs';

const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url));
const FOLDER = path('.cache/quickjs');
const BINARY = join(FOLDER, 'qjs');

/** QuickJS as its own program, with files, processes and timers. An npm tarball has the C sources; they take a minute to compile. */
export const QJS = {
  id: 'qjs',
  name: 'QuickJS (`qjs`)',
  from: 'built from npm `qjsc`',
  ci: true,
  ciForms: ['sample', 'machines'],
  binary: BINARY,
  needs: path('node_modules/qjsc'),
  make() {
    if (existsSync(BINARY)) return;
    cpSync(join(realpathSync(path('node_modules/qjsc')), 'deps/quickjs_2021_03_27'), FOLDER, { recursive: true });
    execFileSync('make', ['-s', 'CONFIG_LTO=', 'qjs', 'qjsc'], { cwd: FOLDER, stdio: 'pipe' });
  },
  version: () => ['--std', '-e', `print(std.loadFile(${JSON.stringify(join(FOLDER, 'VERSION'))}))`],
  es5: (file) => [file],
  module: (file) => ['-m', file],
  device: (settings) => [BINARY, '--std', join(EXAMPLES, 'quickjs/main.js'), settings, ...SCRIPTS],
};
