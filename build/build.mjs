// Compiles the packages and makes their bundles, when anything has changed since that was last done: 20 s of CPU time, of which the
// files for devices and bundlers take 16.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { BuildStamp } from './stamp.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const stamp = new BuildStamp(root);

if (!stamp.fresh()) {
  console.error('building Mote: a quarter of a minute, and no time at all until something changes');
  stamp.remove();
  const read = stamp.sources();
  // The compiler that is a program of its own: 4 s of CPU time, of which the one in JavaScript, whose API scripts use, takes 21. Both write
  // the same text, but for quotes.
  await node('.', 'node_modules/typescript-7/bin/tsc', '-b');
  // The bundles of client and emulator load the codec's; the others read sources alone.
  await Promise.all([
    node('packages/codec', 'build/bundle.mjs').then(() =>
      Promise.all([node('packages/client', 'build/bundle.mjs'), node('packages/emulator', 'build/bundle.mjs')]),
    ),
    node('packages/codec', 'build/es5.mjs'),
    node('packages/client', 'build/device.mjs'),
    node('packages/client', 'build/small.mjs'),
    node('packages/cli', 'build/bundle.mjs'),
  ]);
  stamp.write(read);
}

async function node(folder, ...words) {
  const [code] = await once(spawn(process.execPath, words, { cwd: `${root}${folder}`, stdio: 'inherit' }), 'close');
  // What failed has said why.
  if (code !== 0) process.exit(code ?? 1);
}
