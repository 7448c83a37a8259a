// paho-mqtt, mqtt.js and the mosquitto clients as devices. Needs a built workspace (`tsc -b`). The first and the last come from the
// system (`apt-get install python3-paho-mqtt mosquitto-clients`); where they are missing their cases are skipped, and said to be.
// Prints a line for each case and `N passed, N failed`; the exit code says the same.
import { spawnSync } from 'node:child_process';
import { startEmulator } from '../../../packages/emulator/dist/index.js';
import { hubSasToken, install, Lane, makeKey, run, sasToken } from '../lane.mjs';

install(import.meta.url);
const { provision } = await import('./device.mjs');
const { lives } = await import('./lives.mjs');

const KEY = makeKey('key');
const WRONG = makeKey('wrong');
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

const lane = new Lane();
try {
  await lives(lane);
  await mqttJs();
  await mosquitto();
} finally {
  lane.end();
}

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
    await lane.check(`mqtt.js, ${transport}: key`, ask('device', { key: KEY }), says(200, 'assigned'));
    await lane.check(`mqtt.js, ${transport}: certificate`, ask('certificate', certified), says(200, 'assigned'));
    await lane.check(`mqtt.js, ${transport}: throttled`, ask('throttled', { key: KEY }), says(200, 'assigned'));
    await lane.check(`mqtt.js, ${transport}: wrong key`, ask('device', { key: WRONG }), says(401));
    await lane.check(`mqtt.js, ${transport}: disabled`, ask('switched-off', { key: KEY }), says(200, 'disabled'));
    await lane.check(`mqtt.js, ${transport}: CN of another device`, ask('device', certified), (out) =>
      /Not authorized/.test(out.error),
    );
  }
  await dps.close();
}

// mosquitto_pub does not show answers and mosquitto_sub does not ask, so what came of a request is read from the service.
async function mosquitto() {
  if (spawnSync('mosquitto_pub', ['--help']).error !== undefined) {
    lane.skip(13, 'with the mosquitto clients', 'they are not installed (apt-get install mosquitto-clients)');
    return;
  }
  const dps = await startEmulator({ ...shared, iotHubs: ['localhost'], pollsBeforeAssigned: 0, apiPort: 0 });
  const ca = lane.file('ca.pem', dps.ca);
  const issued = dps.issueDeviceCertificate('certificate');
  const certified = ['--cert', lane.file('device.pem', issued.cert), '--key', lane.file('device.key', issued.key)];
  const as = (registrationId, credentials) => [
    ...['-h', 'localhost', '-p', String(dps.port), '--cafile', ca, '-V', 'mqttv311', '-i', registrationId, '-q', '1'],
    ...['-u', `${dps.idScope}/registrations/${registrationId}/api-version=2019-03-31`, ...credentials],
  ];
  const password = (registrationId, key) => ['-P', sasToken(dps.idScope, registrationId, key)];
  const subscribe = (registrationId, filter) =>
    run('mosquitto_sub', [...as(registrationId, password(registrationId, KEY)), '-t', filter, '-W', '1']);
  const register = async (registrationId, credentials) => {
    const publish = ['-t', '$dps/registrations/PUT/iotdps-register/?$rid=1', '-m', '{}'];
    const { code, ...output } = await run('mosquitto_pub', [...as(registrationId, credentials), ...publish]);
    const response = await fetch(`http://127.0.0.1:${dps.apiPort}/registrations/${registrationId}`);
    return { code, ...output, statusCode: response.status, body: await response.json() };
  };
  const assigned = ({ code, body }) => code === 0 && body.status === 'assigned';
  const notRegistered = ({ statusCode }) => statusCode === 404;
  await lane.check(
    'mosquitto_sub: the response filter',
    subscribe('device', '$dps/registrations/res/#'),
    ({ code }) => code === 27,
  );
  await lane.check('mosquitto_sub: a wildcard filter', subscribe('device', '#'), ({ stdout, stderr }) =>
    /denied/.test(stdout + stderr),
  );
  await lane.check('mosquitto_pub: wrong key', register('device', password('device', WRONG)), notRegistered);
  await lane.check('mosquitto_pub: key', register('device', password('device', KEY)), assigned);
  await lane.check('mosquitto_pub: certificate', register('certificate', certified), assigned);
  await lane.check('mosquitto_pub: disabled', register('switched-off', password('switched-off', KEY)), notRegistered);
  await lane.check('mosquitto_pub: CN of another device', register('throttled', certified), ({ code }) => code === 5);
  await lane.check('mosquitto_pub: throttled', register('throttled', password('throttled', KEY)), notRegistered);
  await lane.check(
    'mosquitto_pub: throttled, then let through',
    register('throttled', password('throttled', KEY)),
    assigned,
  );
  await mosquittoAtHub(dps, ca, certified);
  await dps.close();
}

async function mosquittoAtHub(azure, ca, certified) {
  const now = Math.floor(Date.now() / 1000);
  const password = (expiry) => ['-P', hubSasToken('localhost', 'device', KEY, expiry)];
  const as = (deviceId, credentials) => [
    ...['-h', 'localhost', '-p', String(azure.port), '--cafile', ca, '-V', 'mqttv311', '-i', deviceId, '-q', '1'],
    ...['-u', `localhost/${deviceId}/?api-version=2021-04-12`, ...credentials],
  ];
  const send = (deviceId, credentials) =>
    run('mosquitto_pub', [...as(deviceId, credentials), '-t', `devices/${deviceId}/messages/events/`, '-m', '{}']);
  const sent = ({ code }) => code === 0;
  await lane.check('mosquitto_pub: telemetry, by key', send('device', password(now + 600)), sent);
  await lane.check('mosquitto_pub: telemetry, by certificate', send('certificate', certified), sent);
  await lane.check('mosquitto_pub: an expired token', send('device', password(now - 1)), ({ code }) => code === 5);
  await azure.hub.sendMessage('device', 'hello', { properties: { level: 'info' } });
  const filter = ['-t', 'devices/device/messages/devicebound/#', '-C', '1', '-v'];
  await lane.check(
    'mosquitto_sub: a message to the device',
    run('mosquitto_sub', [...as('device', password(now + 600)), ...filter]),
    ({ code, stdout }) => code === 0 && stdout.endsWith('&level=info hello\n'),
  );
}
