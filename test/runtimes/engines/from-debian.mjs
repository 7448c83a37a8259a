import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { byLines, EXAMPLES, LINES } from './device.mjs';

const installed = (path) => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url));
const host = fileURLToPath(new URL('../hosts/chromium.mjs', import.meta.url));

/** What Debian carries, in the same shape as the engines of npm. The version is that of the package. */
export const DEBIAN_ENGINES = [
  {
    id: 'jsc',
    name: 'JavaScriptCore (`jsc`)',
    ci: true,
    debian: ['libjavascriptcoregtk-4.0-bin'],
    binary: '/usr/bin/jsc',
    es5: (path) => [path],
    module: (path) => ['-m', path],
    device: byLines(['/usr/bin/jsc', ...LINES, join(EXAMPLES, 'jsc/main.js')]),
  },
  {
    id: 'spidermonkey',
    name: 'SpiderMonkey (`gjs`)',
    ci: true,
    debian: ['gjs'],
    versionOf: 'libmozjs-102-0',
    binary: '/usr/bin/gjs',
    es5: (path) => [path],
    module: (path) => ['-m', path],
    device: byLines(['/usr/bin/gjs', join(EXAMPLES, 'spidermonkey/main.js'), ...LINES]),
  },
  {
    id: 'duktape',
    name: 'Duktape',
    ci: true,
    ciForms: ['sample', 'machines'],
    debian: ['duktape'],
    binary: '/usr/bin/duk',
    es5: (path) => [path],
    device: byLines(['/usr/bin/duk', ...LINES, '-i'], '--call'),
  },
  {
    id: 'rhino',
    name: 'Rhino',
    debian: ['rhino'],
    binary: '/usr/bin/rhino',
    es5: (path) => ['-version', '200', path],
  },
  {
    id: 'chromium',
    name: 'Chromium (page, headless)',
    debian: ['chromium'],
    needs: installed('playwright-core'),
    binary: process.execPath,
    es5: (path) => [host, 'es5', path],
    module: (path) => [host, 'module', path],
  },
].map((engine) => ({ from: `Debian \`${engine.debian[0]}\``, ...engine }));
