// pnpm test:soak [RUNS]: registrations against the emulator with faults in one of twenty, over TLS and WebSocket. Prints the
// figures, writes them into docs/reliability.md when there are 10,000, and fails when one hangs, dies or leaks.

import { mkdirSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { groupKey, provision, symmetricKey } from '@mote/client';
import { startEmulator } from '@mote/emulator';
import { leastSquares, writeTable } from './figures.mjs';

const RUNS = Number(process.argv[2] ?? 10_000);
const AT_ONCE = 16;
const TIMEOUT_MS = 20_000;
const EVERY = 20;

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');

const stages = ['connect', 'subscribe', 'register', 'poll'];
const faults = [
  { drop: 'before' },
  { drop: 'middle', reset: true },
  { trickle: { bytes: 3, everyMs: 1 } },
  { split: 1 },
  { merge: true },
  { duplicate: 1 },
  { statusCode: 503, retryAfter: 1 },
  { statusCode: 429, retryAfter: 1 },
  { garbage: 40 },
  { body: '{"operationId":' },
  { returnCode: 3 },
];
const rules = faults.map((fault) => ({
  on: 'returnCode' in fault ? ['connect'] : 'body' in fault || 'statusCode' in fault ? ['register', 'poll'] : stages,
  probability: 1 / EVERY / faults.length,
  fault,
}));

const unexpected = [];
process.on('unhandledRejection', (error) => unexpected.push(String(error)));
process.on('uncaughtException', (error) => unexpected.push(String(error)));
process.on('warning', (warning) => unexpected.push(String(warning)));

const dps = await startEmulator({ seed: 20261123, pollsBeforeAssigned: 0, scenario: { name: 'soak', rules } });
const individual = dps.enrollments.find(
  ({ kind, attestation }) => kind === 'individual' && attestation === 'symmetricKey',
);
const group = dps.enrollments.find(({ kind, attestation }) => kind === 'group' && attestation === 'symmetricKey');

const outcomes = new Map();
const heap = [];
// A device that connects twice at a time would throw itself out: each waits here until nobody is it.
const devices = Array.from({ length: 500 }, (_, i) => `device-${i}`);
let individualBusy = false;
let late = 0;
let retries = 0;
let next = 0;

async function device() {
  while (next < RUNS) {
    const run = next++;
    const began = performance.now();
    const webSocket = run % 2 === 1;
    const byItself = run % 64 === 0 && !individualBusy;
    const registrationId = byItself ? individual.registrationId : devices.shift();
    individualBusy ||= byItself;
    let outcome = 'assigned';
    try {
      await provision({
        idScope: dps.idScope,
        registrationId,
        attestation: byItself ? symmetricKey(individual.primaryKey) : groupKey(group.primaryKey),
        endpoint: `127.0.0.1:${webSocket ? dps.webSocketPort : dps.port}`,
        transport: webSocket ? 'websocket' : 'tls',
        tls: { ca: dps.ca },
        timeoutMs: TIMEOUT_MS,
        // Garbage may read as the beginning of a long packet, and then nothing more comes.
        retry: { baseMs: 10, silenceMs: 5000 },
        onProgress: ({ type }) => type === 'retrying' && retries++,
      });
    } catch (error) {
      outcome = error.code ?? String(error);
    }
    if (byItself) individualBusy = false;
    else devices.push(registrationId);
    if (performance.now() - began > TIMEOUT_MS + 50) late++;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (run % 250 === 249) sample(run);
  }
}

function sample(run) {
  gc();
  heap.push([run, process.memoryUsage().heapUsed]);
  process.stderr.write(`\r${run + 1} of ${RUNS}, heap ${(heap.at(-1)[1] / 2 ** 20).toFixed(1)} MiB `);
}

const began = performance.now();
await Promise.all(Array.from({ length: AT_ONCE }, device));
const seconds = (performance.now() - began) / 1000;
await dps.close();
process.stderr.write('\n');

// The first quarter fills caches: the emulator keeps 500 registrations and 4,096 events.
const steady = heap.slice(Math.floor(heap.length / 4));
const slope = leastSquares(steady);
// Whatever else happens to a link or an answer is made good; bytes that break the rules are not asked for again.
const wrong = [...outcomes.keys()].filter((outcome) => outcome !== 'assigned' && outcome !== 'protocol-violation');
const settled = [...outcomes.values()].reduce((sum, count) => sum + count, 0);
const rows = [
  ['registrations', RUNS],
  ['settled', settled],
  ['later than deadline + 50 ms', late],
  ['unhandled rejections, exceptions, warnings', unexpected.length],
  ['retries', retries],
  ...[...outcomes].sort(([, a], [, b]) => b - a).map(([outcome, count]) => [outcome, count]),
  ['heap slope, bytes a run (device and emulator together)', Math.round(slope)],
  ['seconds', Math.round(seconds)],
];
// A short run says nothing about leaks, and leaves the figures of the long one.
const isLong = RUNS >= 10_000;
console.log(writeTable('soak', rows, isLong));
const leaks = isLong && slope >= 1024;
const TITLE = 'registrations against the emulator with faults in one of twenty';
const passed = settled === RUNS && wrong.length === 0 && late === 0 && unexpected.length === 0 && !leaks;
const results = new URL('../../../.cache/results/', import.meta.url);
mkdirSync(results, { recursive: true });
const result = { file: 'client/soak/run.mjs', title: `${RUNS} ${TITLE}`, state: passed ? 'passed' : 'failed' };
writeFileSync(new URL('soak.json', results), JSON.stringify([result]));

console.log(unexpected.slice(0, 5).join('\n'));
console.log(passed ? '1 passed, 0 failed' : '0 passed, 1 failed');
process.exitCode = passed ? 0 : 1;
