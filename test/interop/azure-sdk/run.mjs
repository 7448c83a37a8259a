// Microsoft's own Node SDK, unmodified, provisions against the emulator. Needs a built workspace (`tsc -b`).
// Prints a line for each case and `N passed, N failed`; the exit code says the same. MQTT over WebSocket needs port 443,
// which the SDK has built in: those cases are skipped, and said to be, where it cannot be had.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startEmulator } from '../../../packages/emulator/dist/index.js';
import { deviceKey, install, Lane, makeKey, run } from '../lane.mjs';

install(import.meta.url);

const WEB_SOCKET_PORT = 443;
const HUB_PORT = 8883;
const DEVICE = fileURLToPath(new URL('provision.cjs', import.meta.url));
const LIFE = fileURLToPath(new URL('hub-life.cjs', import.meta.url));
const hub = 'interop-hub.azure-devices.net';

const keys = { individual: makeKey(1), group: makeKey(2) };
const options = {
  idScope: '0ne00AC0FFE',
  iotHubs: [hub],
  retryAfterSeconds: 1,
  individualEnrollments: [
    { registrationId: 'individual', attestation: symmetric(keys.individual), deviceId: 'renamed-device' },
    { registrationId: 'switched-off', attestation: symmetric(keys.individual), provisioningStatus: 'disabled' },
    { registrationId: 'custom', attestation: symmetric(keys.individual), allocationPolicy: 'custom' },
    { registrationId: 'refused-by-hook', attestation: symmetric(keys.individual), allocationPolicy: 'custom' },
    { registrationId: 'certificate', attestation: { type: 'x509' } },
  ],
  enrollmentGroups: [
    { enrollmentGroupId: 'keys', attestation: symmetric(keys.group) },
    { enrollmentGroupId: 'certificates', attestation: { type: 'x509' } },
  ],
  allocate: ({ payload }) => (payload?.refuse ? undefined : { iotHubHostName: hub, payload: { echo: payload } }),
  scenario: {
    rules: [
      { on: ['register', 'poll'], registrationId: 'throttled-*', times: 1, fault: { statusCode: 429, retryAfter: 1 } },
      { on: 'register', registrationId: 'pieces-*', fault: { split: 1 } },
      { on: 'register', registrationId: 'failed-*', fault: { status: 'failed' } },
    ],
  },
};

const lane = new Lane();
const dps = await startWithPort443(options);
const ca = lane.file('ca.pem', dps.ca);
try {
  const key = keys.individual;
  const webSocket = true;
  await check('individual key', { registrationId: 'individual', key }, assigned('renamed-device'));
  await check('derived group key', grouped('group-member'), assigned('group-member'));
  await check(
    'custom payload, there and back',
    { registrationId: 'custom', key, payload: { room: 7 } },
    (out) => out.payload?.echo?.room === 7,
  );
  await check('individual certificate', certified('certificate'), assigned('certificate'));
  await check('group certificate with its intermediate', certified('chain-member'), assigned('chain-member'));
  await check('throttled twice', grouped('throttled-member'), assigned('throttled-member'));
  await check('answers byte by byte', grouped('pieces-member'), assigned('pieces-member'));
  await check('wrong key', { registrationId: 'individual', key: keys.group }, refused('UnauthorizedError'));
  await check('wrong id scope', { registrationId: 'individual', key, idScope: '0ne0000DEAD' }, refused());
  await check('disabled enrollment', { registrationId: 'switched-off', key }, refused());
  await check(
    'refused by the custom hook',
    { registrationId: 'refused-by-hook', key, payload: { refuse: true } },
    refused(),
  );
  await check('status failed', grouped('failed-member'), refused());
  await check('CN of another device', { ...certified('certificate'), registrationId: 'chain-member' }, refused());
  await check('missing intermediate', leafOnly('chain-member'), refused('UnauthorizedError'));
  if (dps.webSocketPort === WEB_SOCKET_PORT) {
    await check(
      'WebSocket, individual key',
      { registrationId: 'individual', key, webSocket },
      assigned('renamed-device'),
    );
    await check('WebSocket, derived group key', { ...grouped('ws-member'), webSocket }, assigned('ws-member'));
    await check('WebSocket, certificate', { ...certified('certificate'), webSocket }, assigned('certificate'));
    await check(
      'WebSocket, wrong key',
      { registrationId: 'individual', key: keys.group, webSocket },
      refused('UnauthorizedError'),
    );
  } else
    lane.skip(4, 'over WebSocket', `the SDK always dials port ${WEB_SOCKET_PORT}, which cannot be listened on here`);
} finally {
  await dps.close();
}
await fromKeyToTelemetry();
lane.end();

/** The SDK dials 8883, or 443, at the hub that DPS names: with `localhost` that is the emulator. */
async function fromKeyToTelemetry() {
  const cases = ['by key', 'by certificate', 'by key, over WebSocket', 'by certificate, over WebSocket'];
  const azure = await startEmulator({
    ...options,
    iotHubs: ['localhost'],
    port: HUB_PORT,
    webSocketPort: WEB_SOCKET_PORT,
  }).catch((error) => {
    if (error.code !== 'EACCES' && error.code !== 'EADDRINUSE') throw error;
    lane.skip(
      cases.length,
      'from key to telemetry',
      `the SDK dials ${HUB_PORT} and ${WEB_SOCKET_PORT}, which cannot be listened on here`,
    );
    return undefined;
  });
  if (azure === undefined) return;
  const trusted = lane.file('hub-ca.pem', azure.ca);
  for (const what of cases) {
    const registrationId = what.includes('certificate') ? 'certificate' : `life-${cases.indexOf(what)}`;
    await lane.check(
      `from key to telemetry ${what}${what.includes('key') ? ', over two renewals of its token' : ''}`,
      live(azure, trusted, registrationId, what.includes('WebSocket')),
      ({ telemetry, message, method, answer, desired, reported, renewals, last }) =>
        telemetry?.json?.t === 21.5 &&
        telemetry.properties.room === 'a b&c' &&
        telemetry.systemProperties.messageId === 'first' &&
        message?.text === 'hello' &&
        message.level === 'info' &&
        method?.delay === 1 &&
        answer?.payload?.done === true &&
        desired?.interval === 5 &&
        reported?.firmware === '1.2' &&
        (what.includes('certificate') || (renewals === 2 && last === 'after two renewals')),
      (seen) => JSON.stringify(seen).slice(0, 300),
    );
  }
  await azure.close();
}

async function live(azure, trusted, registrationId, webSocket) {
  const proof =
    registrationId === 'certificate' ? certificateFiles(azure) : { key: deviceKey(keys.group, registrationId) };
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: trusted };
  const host = webSocket ? 'localhost' : `localhost:${HUB_PORT}`;
  const device = { registrationId, webSocket, ...proof };
  const provisioned = await run(
    process.execPath,
    [DEVICE, JSON.stringify({ host, idScope: azure.idScope, ...device })],
    { env, timeoutMs: 60_000 },
  );
  const { assignedHub, deviceId } = JSON.parse(provisioned.stdout.trim().split('\n').at(-1));
  const child = spawn(process.execPath, [LIFE, JSON.stringify({ ...proof, deviceId, hub: assignedHub, webSocket })], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const timer = setTimeout(() => child.kill(), 60_000);
  let text = '';
  let answer;
  child.stdout.on('data', async (chunk) => {
    const before = text.includes('ready');
    text += chunk;
    if (before || !text.includes('ready')) return;
    await azure.hub.sendMessage(deviceId, 'hello', { properties: { level: 'info' } });
    await azure.hub.setDesired(deviceId, { interval: 5 });
    answer = await azure.hub.invoke(deviceId, 'reboot', { delay: 1 });
  });
  await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  const seen = JSON.parse(text.trim().split('\n').at(-1));
  let telemetry;
  let last;
  for await (const one of azure.hub.telemetry()) {
    if (one.deviceId !== deviceId) continue;
    telemetry ??= one;
    last = one.systemProperties.messageId;
    if (!seen.renewals || last !== 'first') break;
  }
  const { reported } = azure.hub.twin(deviceId);
  return { ...seen, telemetry, last, answer, reported };
}

function certificateFiles(azure) {
  const { cert, key } = azure.issueDeviceCertificate('certificate');
  return { cert: lane.file('life.pem', cert), certKey: lane.file('life.key', key) };
}

async function startWithPort443(rest) {
  try {
    return await startEmulator({ ...rest, webSocketPort: WEB_SOCKET_PORT });
  } catch (error) {
    if (error.code !== 'EACCES' && error.code !== 'EADDRINUSE') throw error;
    return startEmulator({ ...rest, webSocketPort: false });
  }
}

function check(title, device, holds) {
  return lane.check(title, provision(device), holds, ({ error, message, deviceId, assignedHub }) =>
    error === undefined ? `${deviceId} on ${assignedHub}` : `${error}: ${message}`,
  );
}

async function provision({ webSocket = false, ...device }) {
  const host = webSocket ? 'localhost' : `localhost:${dps.port}`;
  const job = JSON.stringify({ host, idScope: dps.idScope, webSocket, ...device });
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: ca };
  const { code, stdout, stderr } = await run(process.execPath, [DEVICE, job], { env, timeoutMs: 60_000 });
  const line = stdout.trim().split('\n').at(-1) ?? '';
  return line.startsWith('{') ? JSON.parse(line) : { error: `exit ${code}`, message: stderr.slice(-400) };
}

function assigned(deviceId) {
  return (outcome) => outcome.deviceId === deviceId && outcome.assignedHub === hub;
}

function refused(name) {
  return ({ error }) => error !== undefined && !error.startsWith('exit') && (name === undefined || error === name);
}

function grouped(registrationId) {
  return { registrationId, key: deviceKey(keys.group, registrationId) };
}

function certified(registrationId) {
  const { cert, key } = dps.issueDeviceCertificate(registrationId);
  return {
    registrationId,
    cert: lane.file(`${registrationId}.pem`, cert),
    certKey: lane.file(`${registrationId}.key`, key),
  };
}

function leafOnly(registrationId) {
  const { cert, key } = dps.issueDeviceCertificate(registrationId);
  const end = '-----END CERTIFICATE-----\n';
  const leaf = cert.slice(0, cert.indexOf(end) + end.length);
  return { registrationId, cert: lane.file('leaf.pem', leaf), certKey: lane.file('leaf.key', key) };
}

function symmetric(primaryKey) {
  return { type: 'symmetricKey', symmetricKey: { primaryKey, secondaryKey: makeKey(9) } };
}
