// What a demanding newcomer does in the first hours, right and wrong, with the packages as they are packed and installed in a project
// of its own. A case each, named for what it protects; prints what each took, and `N passed, N failed`. What is seen in a browser,
// `pnpm test:web` walks.
import { container } from './newcomer/container.mjs';
import { gateway } from './newcomer/gateway.mjs';
import { install } from './newcomer/install.mjs';
import { provision } from './newcomer/provision.mjs';
import { read } from './newcomer/read.mjs';
import { terminal } from './newcomer/terminal.mjs';
import { startWalk } from './newcomer/walk.mjs';

const walk = startWalk();
try {
  for (const part of [install, read, provision, terminal, container, gateway]) await part(walk);
} finally {
  walk.end();
}
console.log(`${walk.passed} passed, ${walk.failed} failed`);
process.exitCode = walk.failed === 0 ? 0 : 1;
