// mqtt.js and the mosquitto clients as devices. Needs a built workspace (`tsc -b`). The mosquitto clients come from the
// system (`apt-get install mosquitto-clients`); where they are missing their cases are skipped, and said to be.
// Prints a line for each case and `N passed, N failed`; the exit code says the same.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmulator } from '../../../packages/emulator/dist/index.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const pnpm = [
  '-y',
  'pnpm@10.34.9',
  'install',
  '--ignore-workspace',
  '--frozen-lockfile',
  '--ignore-scripts',
  '--silent',
];
execFileSync('npx', pnpm, { cwd: here, stdio: 'inherit' });
const { provision } = await import('./device.mjs');

const KEY = createHmac('sha256', 'interop').update('key').digest('base64');
const WRONG = createHmac('sha256', 'interop').update('wrong').digest('base64');
const attestation = { type: 'symmetricKey', symmetricKey: { primaryKey: KEY } };
const throttle = (on) => ({ on, registrationId: 'throttled', times: 1, fault: { statusCode: 429, retryAfter: 1 } });
const shared = {
  idScope: '0ne00AC0FFE',
  individualEnrollments: [
    { registrationId: 'device', attestation },
    { registrationId: 'throttled', attestation },
    { registrationId: 'switched-off', attestation, provisioningStatus: 'disabled' },
    { registrationId: 'certificate', attestation: { type: 'x509' } },
  ],
  scenario: { rules: [throttle('register'), throttle('poll')] },
};

const tally = { passed: 0, failed: 0 };
const folder = mkdtempSync(join(tmpdir(), 'mote-clients-'));
try {
  await mqttJs();
  await mosquitto();
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 ? 0 : 1;

async function mqttJs() {
  const dps = await startEmulator({ ...shared, retryAfterSeconds: 1 });
  const urls = {
    MQTT: `mqtts://localhost:${dps.port}`,
    WebSocket: `wss://localhost:${dps.webSocketPort}/$iothub/websocket`,
  };
  const issued = dps.issueDeviceCertificate('certificate');
  const certified = { cert: issued.cert, certKey: issued.key };
  for (const [transport, url] of Object.entries(urls)) {
    const ask = (registrationId, how) =>
      provision({ url, ca: dps.ca, idScope: dps.idScope, registrationId, ...how }).catch((error) => ({
        error: error.message,
      }));
    const says = (statusCode, status) => (out) =>
      out.statusCode === statusCode && (status === undefined || out.body.status === status);
    await check(`mqtt.js, ${transport}: key`, ask('device', { key: KEY }), says(200, 'assigned'));
    await check(`mqtt.js, ${transport}: certificate`, ask('certificate', certified), says(200, 'assigned'));
    await check(`mqtt.js, ${transport}: throttled`, ask('throttled', { key: KEY }), says(200, 'assigned'));
    await check(`mqtt.js, ${transport}: wrong key`, ask('device', { key: WRONG }), says(401));
    await check(`mqtt.js, ${transport}: disabled`, ask('switched-off', { key: KEY }), says(200, 'disabled'));
    await check(`mqtt.js, ${transport}: CN of another device`, ask('device', certified), (out) =>
      /Not authorized/.test(out.error),
    );
  }
  await dps.close();
}

// mosquitto_pub does not show answers and mosquitto_sub does not ask, so what came of a request is read from the service.
async function mosquitto() {
  if (spawnSync('mosquitto_pub', ['--help']).error !== undefined) {
    console.log(
      'skipped  9 cases with the mosquitto clients: they are not installed (apt-get install mosquitto-clients)',
    );
    return;
  }
  const dps = await startEmulator({ ...shared, pollsBeforeAssigned: 0, apiPort: 0 });
  const ca = file('ca.pem', dps.ca);
  const issued = dps.issueDeviceCertificate('certificate');
  const certified = ['--cert', file('device.pem', issued.cert), '--key', file('device.key', issued.key)];
  const as = (registrationId, credentials) => [
    ...['-h', 'localhost', '-p', String(dps.port), '--cafile', ca, '-V', 'mqttv311', '-i', registrationId, '-q', '1'],
    ...['-u', `${dps.idScope}/registrations/${registrationId}/api-version=2019-03-31`, ...credentials],
  ];
  const password = (registrationId, key) => ['-P', sasToken(dps.idScope, registrationId, key)];
  const subscribe = (registrationId, filter) =>
    run('mosquitto_sub', [...as(registrationId, password(registrationId, KEY)), '-t', filter, '-W', '1']);
  const register = async (registrationId, credentials) => {
    const publish = ['-t', '$dps/registrations/PUT/iotdps-register/?$rid=1', '-m', '{}'];
    const { code, output } = await run('mosquitto_pub', [...as(registrationId, credentials), ...publish]);
    const response = await fetch(`http://127.0.0.1:${dps.apiPort}/registrations/${registrationId}`);
    return { code, output, statusCode: response.status, body: await response.json() };
  };
  const assigned = ({ code, body }) => code === 0 && body.status === 'assigned';
  const notRegistered = ({ statusCode }) => statusCode === 404;
  await check(
    'mosquitto_sub: the response filter',
    subscribe('device', '$dps/registrations/res/#'),
    ({ code }) => code === 27,
  );
  await check('mosquitto_sub: a wildcard filter', subscribe('device', '#'), ({ output }) => /denied/.test(output));
  await check('mosquitto_pub: wrong key', register('device', password('device', WRONG)), notRegistered);
  await check('mosquitto_pub: key', register('device', password('device', KEY)), assigned);
  await check('mosquitto_pub: certificate', register('certificate', certified), assigned);
  await check('mosquitto_pub: disabled', register('switched-off', password('switched-off', KEY)), notRegistered);
  await check('mosquitto_pub: CN of another device', register('throttled', certified), ({ code }) => code === 5);
  await check('mosquitto_pub: throttled', register('throttled', password('throttled', KEY)), notRegistered);
  await check(
    'mosquitto_pub: throttled, then let through',
    register('throttled', password('throttled', KEY)),
    assigned,
  );
  await dps.close();
}

async function check(title, pending, holds) {
  const outcome = await pending;
  const good = holds(outcome);
  tally[good ? 'passed' : 'failed'] += 1;
  console.log(`${good ? 'ok      ' : 'NOT OK  '} ${title}${good ? '' : `: ${JSON.stringify(outcome)}`}`);
}

function run(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill(), 20_000);
  return new Promise((resolve) => {
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    });
  });
}

function sasToken(idScope, registrationId, key) {
  const resource = encodeURIComponent(`${idScope}/registrations/${registrationId}`);
  const expiry = Math.floor(Date.now() / 1000) + 3600;
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(`${resource}\n${expiry}`).digest('base64');
  return `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=registration`;
}

function file(name, text) {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
