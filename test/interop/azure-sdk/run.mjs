// Microsoft's own Node SDK, unmodified, provisions against the emulator. Needs a built workspace (`tsc -b`).
// Prints a line for each case and `N passed, N failed`; the exit code says the same. MQTT over WebSocket needs port 443,
// which the SDK has built in: those cases are skipped, and said to be, where it cannot be had.
import { fileURLToPath } from 'node:url';
import { startEmulator } from '../../../packages/emulator/dist/index.js';
import { deviceKey, install, Lane, makeKey, run } from '../lane.mjs';

install(import.meta.url);

const WEB_SOCKET_PORT = 443;
const DEVICE = fileURLToPath(new URL('provision.cjs', import.meta.url));
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
  lane.end();
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
