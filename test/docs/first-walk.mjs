// The way of somebody who has just cloned the repository and does what README.md says, typed into a shell in a fresh clone:
// from nothing to a provisioned device, a rehearsed 429, an explained 401002 and an inspected packet. Each command stands in
// README.md as it is typed here. Prints what each step took and `N passed, N failed`; a step that does not do what README.md
// says ends the walk.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyTo } from '../support/working-copy.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ALIAS = `alias mote="node '$PWD/packages/cli/dist/main.js'"`;
/** From the clone to a provisioned device, installing included: who is new gives it two minutes. */
const PATIENCE_SECONDS = 120;

const work = mkdtempSync(join(tmpdir(), 'mote-first-walk-'));
// With a space, as folders of people have.
const clone = join(work, 'my clone');
const started = performance.now();
let passed = 0;
let emulator;

try {
  await step('a fresh clone', async () => makeClone());
  const readme = readFileSync(join(clone, 'README.md'), 'utf8');
  const typed = (command) => {
    if (!readme.includes(`\n${command}`)) throw new Error(`README.md does not say: ${command}`);
    return command;
  };

  const demo = typed('npx -y pnpm@10.34.9 demo');
  await step(demo, async () => {
    const { output } = await run(demo);
    expect(output, /is assigned to /g, 3);
  });

  const alias = typed(ALIAS);
  const emulate = typed('mote emulate --dir certificates --scenario throttled');
  let printed;
  await step(`${emulate}, in a terminal of its own`, async () => {
    emulator = shell(`${alias}\n${emulate}`);
    const output = await until(emulator, /^Azure SDKs:/m);
    printed = /^ {2}(DPS_KEY=.* mote provision .*)$/m.exec(output)?.[1];
    if (printed === undefined) throw new Error(`it printed no command to paste:\n${output}`);
  });
  typed('Paste one of these commands into a second terminal');
  await step('the command that it printed: 429 rehearsed, device provisioned', async () => {
    const { output } = await run(`${alias}\n${printed}`);
    expect(output, /the service answered 429/g, 2);
    expect(output, /^assigned hub +\S+\.azure-devices\.net$/m);
  });
  const seconds = (performance.now() - started) / 1000;
  if (seconds > PATIENCE_SECONDS) throw new Error(`${seconds.toFixed(1)} s from the clone to a provisioned device`);

  const explain = typed('mote explain 401002');
  await step(explain, async () => {
    const { output } = await run(`${alias}\n${explain}`);
    for (const part of ['The proof was not accepted', 'Likely causes', 'Check ', 'Fix ']) expect(output, part);
  });
  const inspect = typed('mote inspect 20020005');
  await step(inspect, async () => {
    const { output } = await run(`${alias}\n${inspect}`);
    for (const part of ['CONNACK', 'Connect Return code', 'not authorized']) expect(output, part);
  });
  await step('Ctrl-C in the first terminal', async () => {
    const ended = once(emulator, 'close');
    process.kill(-emulator.pid, 'SIGINT');
    await ended;
    emulator = undefined;
  });
  console.log(`${((performance.now() - started) / 1000).toFixed(2).padStart(7)} s  all of it`);
} catch (error) {
  console.log(`FAILED  ${error.message}`);
  process.exitCode = 1;
} finally {
  if (emulator !== undefined) process.kill(-emulator.pid, 'SIGKILL');
  rmSync(work, { recursive: true, force: true });
}
console.log(`${passed} passed, ${process.exitCode === 1 ? 1 : 0} failed`);

async function step(name, body) {
  const before = performance.now();
  await body();
  passed += 1;
  console.log(`${((performance.now() - before) / 1000).toFixed(2).padStart(7)} s  ${name}`);
}

/** Without a repository, or one that git does not trust this user with, the files themselves, less what is made of them. */
function makeClone() {
  if (existsSync(join(ROOT, '.git')) && spawnSync('git', ['clone', '--quiet', ROOT, clone]).status === 0) return;
  copyTo(clone);
}

/** A terminal in the clone, without what this script and pnpm have put into the environment. */
function shell(script) {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(?:npm_|pnpm_|INIT_CWD$|NODE_|DPS_|MOTE_)/i.test(name) || name === 'npm_config_registry',
  );
  const path = (process.env.PATH ?? '').split(':').filter((folder) => !folder.includes('node_modules'));
  return spawn('sh', ['-c', script], {
    cwd: clone,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(own), PATH: path.join(':'), NO_COLOR: '1' },
  });
}

async function run(script) {
  const child = shell(script);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`exit code ${code} of ${script}\n${output}`);
  return { output };
}

async function until(child, pattern) {
  let output = '';
  await new Promise((resolve, reject) => {
    child.stderr.on('data', (chunk) => (output += chunk));
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (pattern.test(output)) resolve();
    });
    child.on('exit', (code) => reject(new Error(`exit code ${code}\n${output}`)));
  });
  return output;
}

function expect(output, wanted, times = 1) {
  const found = typeof wanted === 'string' ? output.split(wanted).length - 1 : (output.match(wanted)?.length ?? 0);
  if (found < times) throw new Error(`${found} of ${times} times ${wanted} in\n${output}`);
}
