// Makes dist/node, which Node loads of the published package.

import { fileURLToPath } from 'node:url';
import { bundleTogether } from '../../../build/node-entries.mjs';

await bundleTogether(fileURLToPath(new URL('..', import.meta.url)), { emulator: 'index', files: 'files/index' }, [
  '@mote/*',
  'ws',
]);
