// `pnpm test:emulator-attack`: a day under attack, with bounded amounts. Devices without keys, bad HTTP, a full disk, kill -9 at
// random moments, a dashboard tab that does not read. Prints a line for each, writes the figures into docs/emulator.md, and
// ends with `N passed, N failed`. `--small` takes a hundredth and writes nothing.
import { fork, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { provision, symmetricKey } from '../../../packages/client/dist/index.js';
import { inParallel, overTls } from '../load/attackers.mjs';
import { hostileBurst, THIEF_KEY } from './hostile-packets.mjs';

const small = process.argv.includes('--small');
const PACKETS = small ? 2000 : 200_000;
const REQUESTS = small ? 100 : 5000;
const KILLS = small ? 6 : 200;
const PER_CONNECTION = 40;
const MOST_HEAP_MIB = 64;
const KEY = Buffer.alloc(32, 1).toString('base64');
const HUB = 'localhost';
const folder = mkdtempSync(join(tmpdir(), 'mote-attack-'));
const individualEnrollments = Array.from({ length: 200 }, (_, index) => ({
  registrationId: `device-${index}`,
  attestation: { type: 'symmetricKey', symmetricKey: { primaryKey: KEY } },
}));
const rows = [];
const tally = { passed: 0, failed: 0 };
const count = (number) => number.toLocaleString('en');

const victim = await startVictim({
  iotHubs: [HUB],
  devices: [{ deviceId: 'thief', authentication: { type: 'sas', symmetricKey: { primaryKey: THIEF_KEY } } }],
  individualEnrollments,
  pollsBeforeAssigned: 0,
  apiPort: 0,
  stateFile: join(folder, 'state.json'),
});
const fresh = await ask(victim);
const tab = stalledTab(victim.target.dashboard);

await row(
  `${count(PACKETS)} hostile packets: from devices without keys, and from one that has a key of the hub`,
  async () => {
    const start = performance.now();
    await inParallel(PACKETS / PER_CONNECTION, 64, (number) =>
      overTls(victim.target, (socket) => {
        socket.write(hostileBurst(victim.target.idScope, HUB, number, PER_CONNECTION));
        socket.setTimeout(3000, () => socket.destroy());
      }),
    );
    return [await serves(victim), `in ${seconds(start)}, still serving`];
  },
);

await row(`${count(REQUESTS)} bad HTTP requests`, async () => {
  const start = performance.now();
  await inParallel(REQUESTS, 16, (number) => badRequest(victim.target.apiPort, number));
  const { status } = await fetch(`http://127.0.0.1:${victim.target.apiPort}/enrollments`);
  return [status === 200 && (await serves(victim)), `in ${seconds(start)}, still serving`];
});

await row('a dashboard tab that never read a byte of it', async () => {
  const grown = (await ask(victim)).heap - fresh.heap;
  tab.destroy();
  return [
    grown < MOST_HEAP_MIB * 2 ** 20,
    `heap and buffers ${mebibytes(grown)} MiB more than when fresh, ${MOST_HEAP_MIB} allowed`,
  ];
});
victim.child.send('close');

await row('a full disk', fullDisk);
await row(`kill -9 at ${KILLS} random moments of saving`, killed);

rmSync(folder, { recursive: true });
if (!small) document();
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 ? 0 : 1;

async function row(title, measure) {
  const [good, figures] = await measure().catch((error) => [false, String(error)]);
  tally[good ? 'passed' : 'failed'] += 1;
  rows.push(`| ${title} | ${figures} |`);
  console.log(`${good ? 'ok     ' : 'NOT OK '} ${title}: ${figures}`);
}

/** With `blocks` the process may write files of that many times 512 bytes only, as a full disk or a quota does. */
async function startVictim(options, blocks) {
  const script = fileURLToPath(new URL('victim.mjs', import.meta.url));
  const child =
    blocks === undefined
      ? fork(script, { execArgv: ['--expose-gc'] })
      : spawn('sh', ['-c', `ulimit -f ${blocks}; exec "$0" "$1"`, process.execPath, script], {
          stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        });
  child.send(options);
  const { listening } = await next(child);
  return { child, target: listening };
}

function next(child) {
  return new Promise((resolve, reject) => {
    child.once('message', resolve).once('exit', (code) => reject(new Error(`the emulator has ended: ${code}`)));
  });
}

function ask({ child }) {
  child.send('memory');
  return next(child);
}

function serves({ target }, registrationId = 'device-0') {
  const { idScope, port, ca } = target;
  const device = {
    idScope,
    registrationId,
    attestation: symmetricKey(KEY),
    endpoint: `localhost:${port}`,
    tls: { ca },
  };
  return provision(device).then(
    ({ deviceId }) => deviceId === registrationId,
    () => false,
  );
}

/** Asks for the events and never reads them. */
function stalledTab(url) {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(port, hostname, () =>
    socket.write(`GET ${pathname}events HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`),
  );
  return socket.on('error', () => {}).pause();
}

function badRequest(port, number) {
  const deep = '['.repeat(200_000) + ']'.repeat(200_000);
  const put = (path, body) =>
    `PUT ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  const texts = [
    put('/enrollments/x', `{"registrationId":"x","attestation":{"type":"symmetricKey"},"more":${deep}}`),
    put('/constructor/dup', '{"registrationId":"dup","attestation":{"type":"symmetricKey"}}'),
    put('/enrollments/%', '{'),
    put('/enrollments/__proto__', '{"__proto__":{"registrationId":"x"}}'),
    put('/enrollments/y', 'x'.repeat(1_100_000)),
    'GET /registrations/%ff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: attacker.example\r\nConnection: close\r\n\r\n',
    `GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(5000)}\r\n`,
    'PUT /enrollments/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{',
    '\u0016\u0003\u0001'.repeat(50),
  ];
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(texts[number % texts.length]));
    socket
      .on('error', () => {})
      .on('close', resolve)
      .resume();
    socket.setTimeout(3000, () => socket.destroy());
  });
}

/** What was safe before the disk was full is there after a restart, and the failure was told. */
async function fullDisk() {
  const stateFile = join(folder, 'full.json');
  const options = { individualEnrollments, pollsBeforeAssigned: 0, webSocketPort: false, stateFile };
  const limited = await startVictim(options, 20); // room for some 20 registrations
  await inParallel(60, 4, (index) => serves(limited, `device-${index}`));
  while ((await ask(limited)).counts['state-not-saved'] === undefined);
  const served = await serves(limited, 'device-99');
  const size = statSync(stateFile).size;
  limited.child.kill('SIGKILL');
  const again = await startVictim(options);
  const kept = again.target.registrations;
  again.child.send('close');
  return [
    served && kept > 5 && kept < 60 && size <= 10_240,
    `said (state-not-saved), still serving; ${kept} registrations saved before it are there after a restart`,
  ];
}

async function killed() {
  const path = join(folder, 'killed.json');
  const script = fileURLToPath(new URL('saver.mjs', import.meta.url));
  let safe = 0;
  let lost = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const said = [];
    child.stdout.on('data', (chunk) => {
      said.push(...chunk.toString().split('\n').filter(Boolean).map(Number));
      if (said.length >= 2 + Math.random() * 12) child.kill('SIGKILL');
    });
    await new Promise((resolve) => child.on('close', resolve));
    // The first line is what it found.
    if (said.length === 0 || said[0] < safe) lost += 1;
    safe = Math.max(safe, ...said);
  }
  return [lost === 0, `${count(safe)} saves, none lost`];
}

function document() {
  const file = new URL('../../../docs/emulator.md', import.meta.url);
  const where = `Node ${process.version}, ${cpus()[0].model.trim()}, ${availableParallelism()} cores, ${new Date().toISOString().slice(0, 10)}`;
  const table = [
    '<!-- attack:begin -->',
    `Measured by \`pnpm test:emulator-attack\` (${where}):`,
    '',
    '| what | what came of it |',
    '|---|---|',
    ...rows,
    '<!-- attack:end -->',
  ];
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(/<!-- attack:begin -->[\s\S]*<!-- attack:end -->/, () => table.join('\n')),
  );
}

function seconds(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}

function mebibytes(bytes) {
  return (bytes / 2 ** 20).toFixed(0);
}
