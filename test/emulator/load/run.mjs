// `pnpm test:emulator-load`: what strangers may do to the emulator, and what it costs. Prints a line for each, writes the
// figures into docs/emulator.md, and ends with `N passed, N failed`. Takes about four minutes on two cores.
import { fork, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { provision, symmetricKey } from '../../../packages/client/dist/index.js';
import { connectPacket, dribbles, floods, inParallel, neverReads, overTcp, overTls } from './attackers.mjs';

const BAD_CONNECTIONS = Number(process.env.MOTE_BAD_CONNECTIONS ?? 100_000);
const MIRROR_SEEDS = process.env.MOTE_MIRROR_SEEDS ?? '1000';
const FUZZ_RUNS = process.env.MOTE_FUZZ_RUNS ?? '30000';
const KEY = Buffer.alloc(32, 1).toString('base64');
const DEVICES = 1000;
// The default.
const CONNECT_TIMEOUT_MS = 10_000;

const attestation = { type: 'symmetricKey', symmetricKey: { primaryKey: KEY } };
const individualEnrollments = Array.from({ length: DEVICES }, (_, i) => ({
  registrationId: `device-${i}`,
  attestation,
}));
const rows = [];
const tally = { passed: 0, failed: 0 };

const child = fork(new URL('emulator-process.mjs', import.meta.url), { execArgv: ['--expose-gc'] });
child.send({ individualEnrollments, retryAfterSeconds: 1 });
const { listening: target } = await answer();
const fresh = await memory();

await row('1,000 devices registering at once', async () => {
  const start = performance.now();
  const assigned = await Promise.all(individualEnrollments.map(({ registrationId }) => register(registrationId)));
  const good = assigned.filter(Boolean).length;
  return [good === DEVICES, `${good} assigned in ${seconds(start)}`];
});

await row('each malformed packet closes its connection within 100 ms', async () => {
  const { entries } = JSON.parse(readFileSync(new URL('../../vectors/malformed.json', import.meta.url), 'utf8'));
  const hex = entries
    .filter(
      ({ direction, expected, session_expected: session }) =>
        direction !== 's2c' && (expected === 'reject' || session === 'close'),
    )
    .map((entry) => Buffer.from(entry.hex, 'hex'));
  let slowest = 0;
  const time = async (prefix, bytes) => {
    slowest = Math.max(slowest, await overTls(target, (socket) => socket.write(Buffer.concat([prefix, bytes]))));
  };
  for (const bytes of hex) await time(Buffer.alloc(0), bytes);
  for (const bytes of hex) await time(connectPacket(target.idScope, 'device-0'), bytes);
  return [slowest < 100, `${2 * hex.length} connections, the slowest ${Math.round(slowest)} ms`];
});

await row('10,000 PINGREQ in one write', async () => {
  const ms = await floods(target, 'device-1', 10_000);
  return [ms < 5000, `answered in ${Math.round(ms)} ms`];
});

await row('50 devices that ask and never read', async () => {
  const start = performance.now();
  await inParallel(50, 10, (i) => neverReads(target, `device-${i}`));
  return [true, `all dropped in ${seconds(start)}`];
});

await row(
  '200 connections that dribble a byte a second, 200 that say nothing behind TLS, 200 half-open before it',
  async () => {
    const start = performance.now();
    const crowd = Promise.all([
      inParallel(200, 200, (i) => dribbles(target, `device-${i}`)),
      inParallel(200, 200, () => overTls(target, () => {})),
      inParallel(200, 200, () => overTcp(target)),
    ]);
    const served = await Promise.all([1, 2, 3].map((i) => register(`device-${i}`)));
    await crowd;
    const ms = performance.now() - start;
    return [
      served.every(Boolean) && ms < CONNECT_TIMEOUT_MS + 3000,
      `closed after ${seconds(start)}, three devices assigned meanwhile`,
    ];
  },
);

await row('2,000 connections at once, each closed as soon as it is open', async () => {
  const start = performance.now();
  await inParallel(2000, 500, () => overTls(target, (socket) => socket.destroy()));
  return [await register('device-5'), `over in ${seconds(start)}`];
});

await row(
  `${BAD_CONNECTIONS.toLocaleString('en')} bad connections: nine in ten noise instead of TLS, one a malformed packet`,
  async () => {
    const start = performance.now();
    const noise = Buffer.from('GET / HTTP/1.1\r\n\r\n');
    const malformed = Buffer.from('f00d', 'hex');
    const before = await memory();
    await inParallel(BAD_CONNECTIONS, 50, (i) =>
      i % 10 === 0 ? overTls(target, (socket) => socket.write(malformed)) : overTcp(target, noise),
    );
    const after = await memory();
    const grown = mebibytes(after.heapUsed - before.heapUsed);
    return [
      Number(grown) < 8 && (await register('device-6')),
      `in ${seconds(start)}; heap ${grown} MiB more than before, still serving`,
    ];
  },
);

const end = await memory();
await row('memory behind all of this', () => [
  end.rss < 400 * 2 ** 20,
  `RSS ${mebibytes(fresh.rss)} MiB when fresh, ${mebibytes(end.rss)} MiB at the end; heap ${mebibytes(fresh.heapUsed)} and ${mebibytes(end.heapUsed)} MiB`,
]);
child.send('close');

await row(
  `client against service in virtual time, ${MIRROR_SEEDS} seeds for each scenario and ${5 * Number(MIRROR_SEEDS)} random ones`,
  () => withVitest('mirror', { MOTE_MIRROR_SEEDS: MIRROR_SEEDS }, 'every run settled'),
);

await row(`${FUZZ_RUNS} damaged conversations of official SDKs, ${Math.floor(FUZZ_RUNS / 3)} strange requests`, () =>
  withVitest('fuzz', { MOTE_FUZZ_RUNS: FUZZ_RUNS }, 'nothing thrown'),
);

document();
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 ? 0 : 1;

async function row(title, measure) {
  const [good, figures] = await measure();
  tally[good ? 'passed' : 'failed'] += 1;
  rows.push(`| ${title} | ${figures} |`);
  console.log(`${good ? 'ok     ' : 'NOT OK '} ${title}: ${figures}`);
}

function withVitest(name, variables, outcome) {
  const start = performance.now();
  const vitest = fileURLToPath(new URL('../../../node_modules/vitest/vitest.mjs', import.meta.url));
  const { status } = spawnSync(
    process.execPath,
    [vitest, 'run', `test/emulator/${name}.test.ts`, '--testTimeout=600000'],
    { env: { ...process.env, ...variables }, stdio: 'ignore' },
  );
  return [status === 0, `${outcome}, in ${seconds(start)}`];
}

function register(registrationId) {
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

function memory() {
  child.send('memory');
  return answer().then((message) => message.memory);
}

function answer() {
  return new Promise((resolve) => child.once('message', resolve));
}

function document() {
  const file = new URL('../../../docs/emulator.md', import.meta.url);
  const where = `Node ${process.version}, ${cpus()[0].model.trim()}, ${availableParallelism()} cores at a load of ${loadavg()[1].toFixed(1)}, ${new Date().toISOString().slice(0, 10)}`;
  const table = [
    '<!-- load:begin -->',
    `Measured by \`pnpm test:emulator-load\` (${where}):`,
    '',
    '| what | figures |',
    '|---|---|',
    ...rows,
    '<!-- load:end -->',
  ];
  const text = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    text.replace(/<!-- load:begin -->[\s\S]*<!-- load:end -->/, () => table.join('\n')),
  );
}

function seconds(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}

function mebibytes(bytes) {
  return (bytes / 2 ** 20).toFixed(0);
}
