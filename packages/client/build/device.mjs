// For devices, which have neither package managers nor memory to spare: the machines, the words of Azure and the codec in one file.
// - mote-device.es5.js, mote-device.es5.min.js: a script in ECMAScript 5 that defines `Mote`;
// - mote-device.min.js: a module in ES2020;
// - mote-provision.es5.min.js: of the script, what provisioning takes;
// - mote-telemetry.es5.min.js: that, and what a device takes that sends to its hub over one Connection.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { lowered } from './device/lower.mjs';
import { withoutPrivateNames } from './device/private-names.mjs';

const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url));
const codec = path('../codec/src/index.ts');
const EVERYTHING = `export * from './core.ts'; export * from '${codec}';`;

/** What a device needs that provisions and does no more, or speaks to its hub with something else. */
const PROVISIONING =
  'Registration, ProvisioningError, dpsPassword, deviceKey, hmacSha256, encodeBase64, decodeBase64, encodeUtf8, decodeUtf8';

/** And sends what it has measured, without the general client. */
const TELEMETRY = `${PROVISIONING}, Connection, Reconnect, PUBACK, decodePuback, encodePublishInto, hubUserName, hubClientId, hubPassword, telemetryTopic`;

const asModules = (file) => ({ contents: withoutPrivateNames(readFileSync(file, 'utf8')), loader: 'ts' });
const sources = lowered(path('src/core.ts'));
// Accessors that TypeScript has written out have their names in quotes, where the bundler takes them for text.
const key = /(Object\.defineProperty\(\w+\.prototype, )("_\w+")/g;
const asScript = (file) => ({ contents: sources.get(file).replace(key, '$1/* @__KEY__ */ $2'), loader: 'js' });

const bundle = (contents, load, options) =>
  build({
    stdin: { contents, resolveDir: path('src'), loader: 'js' },
    bundle: true,
    mangleProps: /^_[a-z]/,
    // Beside the file, which does not name it: XS takes a file whose map is not there for no script.
    sourcemap: options.minify && 'external',
    logLevel: 'warning',
    plugins: [
      {
        name: 'sources',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^tslib$/ }, () => ({ path: path('build/device/runtime.js') }));
          onResolve({ filter: /^@mote\/codec$/ }, () => ({ path: codec }));
          onResolve({ filter: /^everything$/ }, () => ({ path: 'everything', namespace: 'everything' }));
          onLoad({ filter: /./, namespace: 'everything' }, () => ({ contents: EVERYTHING, resolveDir: path('src') }));
          onLoad({ filter: /\.ts$/ }, ({ path: file }) => load(file));
        },
      },
    ],
    ...options,
  });

/** QuickJS up to 2024 keeps no text of functions and no line numbers under it, which takes nearly half of the heap; to other engines it says nothing. */
const STRIP = '"use strip";';
const module = {
  format: 'esm',
  banner: { js: STRIP },
  target: 'es2020',
  minify: true,
  metafile: true,
  outfile: path('dist/mote-device.min.js'),
};
const { metafile } = await bundle(EVERYTHING, asModules, module);
const names = Object.values(metafile.outputs)
  .flatMap(({ exports }) => exports ?? [])
  .join(', ');
const script = (name, names, minify) =>
  // One object with values: exports of a bundle would be a getter each.
  bundle(`import { ${names} } from 'everything'; Mote = { ${names} };`, asScript, {
    format: 'iife',
    target: 'es5',
    banner: { js: `${minify ? STRIP : ''}var Mote;` },
    minify,
    outfile: path(`dist/${name}.es5${minify ? '.min' : ''}.js`),
  });
await script('mote-device', names, false);
await script('mote-device', names, true);
await script('mote-provision', PROVISIONING, true);
await script('mote-telemetry', TELEMETRY, true);
