// pnpm test:sources: the TypeScript of codec, client and emulator as it stands, on a Node that strips types (24), without a build:
// every file is loaded, every vector is read and written, and a device is provisioned over TLS. What cannot be erased, such as an
// enum, ends it. Needs Linux on x64. Ends with `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installNodes } from './install.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
installNodes();

const node = join(here, 'node_modules/node24/bin/node');
if (!existsSync(node)) {
  console.log('FAILED  Node 24 is not there: it comes from npm, for Linux on x64\n\n0 passed, 1 failed');
  process.exit(1);
}
const hook = join(here, 'source-hook.mjs');
const { status } = spawnSync(node, ['--import', hook, join(here, 'source-checks.mjs')], { stdio: 'inherit' });
process.exitCode = status ?? 1;
