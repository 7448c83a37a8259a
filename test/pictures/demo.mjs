// pnpm pictures: docs/demo.svg, a recording of `mote demo` as it runs on this machine: its lines, colours and times as they came.
// Needs a built workspace.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { terminalSvg } from './terminal-svg.mjs';

const root = new URL('../../', import.meta.url);
const main = new URL('packages/cli/bin/mote.js', root);
const began = performance.now();
// One pipe for both streams, so that lines come in the order in which they were written.
const child = spawn('sh', ['-c', `exec '${process.execPath}' '${main.pathname}' demo 2>&1`], {
  env: { ...process.env, FORCE_COLOR: '1', npm_lifecycle_event: 'demo' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const lines = [{ atMs: 0, text: '\x1b[2m$\x1b[0m npx -y pnpm@10.34.9 demo' }];
const input = createInterface({ input: child.stdout });
input.on('line', (text) => lines.push({ atMs: performance.now() - began, text }));
const [code] = await once(child, 'close');
if (code !== 0) throw new Error(`the demo ended with ${code}`);
writeFileSync(
  new URL('docs/demo.svg', root),
  terminalSvg(lines, 'mote demo: three devices come from their key to their telemetry at the emulator'),
);
console.log(`docs/demo.svg: ${lines.length} lines, ${((performance.now() - began) / 1000).toFixed(1)} s`);
