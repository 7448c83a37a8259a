// Devices of MQTT libraries that know nothing of Azure, from registration to the end of their token: paho-mqtt of Python registers at DPS
// first, mqtt.js begins at the hub. Each over MQTT and WebSocket, by key and by certificate, all at once: the clock of the service moves
// on when every device waits for the end of its token.

import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startEmulator, VirtualClock } from '../../../packages/emulator/dist/index.js';
import { makeKey } from '../lane.mjs';
import { live } from './hub-device.mjs';

const DEVICE = fileURLToPath(new URL('device.py', import.meta.url));
const HUB = 'localhost';
const WAYS = ['TLS, key', 'TLS, certificate', 'WebSocket, key', 'WebSocket, certificate'];
/** Of a token, and the ten minutes for which the hub keeps a link beyond it. */
const PAST_TOKEN_MS = (3600 + 601) * 1000;

export async function lives(lane) {
  const python = ['python3', '/usr/bin/python3'].find(
    (each) => spawnSync(each, ['-c', 'import paho.mqtt']).status === 0,
  );
  if (!python) lane.skip(WAYS.length, 'with paho-mqtt', 'it is not installed (apt-get install python3-paho-mqtt)');
  const all = WAYS.flatMap((way) =>
    (python ? ['paho', 'mqttjs'] : ['mqttjs']).map((library) => deviceOf(library, way)),
  );
  const keyed = ({ id, key }) => ({
    registrationId: id,
    attestation: key ? { type: 'symmetricKey', symmetricKey: { primaryKey: key } } : { type: 'x509' },
  });
  const clock = new VirtualClock(Date.now());
  const azure = await startEmulator({
    clock,
    iotHubs: [HUB],
    retryAfterSeconds: 1,
    individualEnrollments: all.filter(({ library }) => library === 'paho').map(keyed),
    devices: all
      .filter(({ library }) => library === 'mqttjs')
      .map(({ id, key }) => ({
        deviceId: id,
        authentication: key
          ? { type: 'sas', symmetricKey: { primaryKey: key, secondaryKey: key } }
          : { type: 'certificateAuthority' },
      })),
    scenario: { rules: [{ on: 'telemetry', times: 1, fault: { drop: 'before' } }] },
  });
  const files = { ca: lane.file('lives-ca.pem', azure.ca), python, lane };
  const running = all.map((device) => start(azure, device, files));
  await Promise.all(running.map(({ waiting }) => waiting));
  clock.advance(PAST_TOKEN_MS);
  const outcomes = await Promise.all(running.map(({ outcome }) => outcome));
  const telemetry = telemetryOf(azure);
  await azure.close();
  const stored = await telemetry;
  for (const [i, { title, id, key }] of all.entries())
    await lane.check(title, { ...outcomes[i], stored: stored.filter(({ deviceId }) => deviceId === id) }, lived(key));
}

function deviceOf(library, way) {
  const id = `${library}-${way.replace(', ', '-')}`.toLowerCase();
  return {
    ...{ library, id, webSocket: way.startsWith('WebSocket') },
    title: `${library === 'paho' ? 'paho-mqtt' : 'mqtt.js'}, ${way}: from ${library === 'paho' ? 'registration' : 'CONNECT'} to the end`,
    key: way.endsWith('key') ? makeKey(id) : undefined,
  };
}

/** `waiting` resolves when the device waits for the end of its token, or is at its own end. */
function start(azure, device, { ca, python, lane }) {
  const { id, key, webSocket, library } = device;
  const port = webSocket ? azure.webSocketPort : azure.port;
  const issued = key ? undefined : azure.issueDeviceCertificate(id);
  let answer;
  const onReady = async () => {
    await azure.hub.sendMessage(id, 'hello', { properties: { level: 'info' } });
    await azure.hub.setDesired(id, { interval: 5 });
    answer = await azure.hub.invoke(id, 'reboot', { delay: 1 });
  };
  let outcome;
  const waiting = new Promise((wait) => {
    if (library === 'paho') {
      const proof = issued && {
        cert: lane.file(`${id}.pem`, issued.cert),
        certKey: lane.file(`${id}.key`, issued.key),
      };
      const job = { host: HUB, port, webSocket, ca, idScope: azure.idScope, registrationId: id, key, ...proof };
      outcome = inPython(python, job, onReady, wait);
    } else {
      const url = webSocket ? `wss://${HUB}:${port}/$iothub/websocket` : `mqtts://${HUB}:${port}`;
      const proof = { key, cert: issued?.cert, certKey: issued?.key };
      outcome = live({
        url,
        ca: azure.ca,
        hub: HUB,
        deviceId: id,
        ...proof,
        onReady,
        untilExpired: async () => wait(),
      });
    }
    outcome = outcome.catch((error) => ({ error: error.message })).finally(wait);
  });
  return { waiting, outcome: outcome.then((seen) => ({ ...seen, answer })) };
}

function inPython(python, job, onReady, wait) {
  const child = spawn(python, [DEVICE, JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 30_000 });
  let last = '';
  let errors = '';
  createInterface(child.stdout).on('line', (line) => {
    last = line;
    if (line === 'ready') void onReady();
    if (line === 'waiting') wait();
  });
  child.stderr.on('data', (chunk) => (errors += chunk));
  return new Promise((settle) => {
    child.on('close', (code) => settle(code === 0 ? JSON.parse(last) : { error: errors.slice(-400) }));
  });
}

async function telemetryOf(azure) {
  const all = [];
  for await (const one of azure.hub.telemetry()) all.push(one);
  return all;
}

/** The first message is stored twice, since it was sent again on the session that is still there. */
function lived(key) {
  return ({
    error,
    sessions,
    granted,
    twin,
    reported,
    message,
    desired,
    method,
    answer,
    takenOver,
    stored,
    ...ended
  }) =>
    error === undefined &&
    stored.length === 2 &&
    stored.every(({ json }) => json?.t === 21.5) &&
    stored.every(
      ({ properties: { room }, systemProperties: { messageId } }) => room === 'a b&c' && messageId === 'first',
    ) &&
    sessions.slice(-3).join() === (key ? '1,1,0' : '0,1,1') &&
    granted.join() === '1,1,1,1' &&
    twin[0] === '$iothub/twin/res/200/?$rid=1' &&
    twin[1] === '{"desired":{"$version":1},"reported":{"$version":1}}' &&
    reported[0] === '$iothub/twin/res/204/?$rid=2&$version=2' &&
    message[0].endsWith('&level=info') &&
    message[1] === 'hello' &&
    desired.join(' ') === '$iothub/twin/PATCH/properties/desired/?$version=2 {"interval":5,"$version":2}' &&
    method[0].startsWith('$iothub/methods/POST/reboot/?$rid=') &&
    method[1] === '{"delay":1}' &&
    answer?.payload?.done === true &&
    takenOver === true &&
    (key === undefined || (ended.tokenEnded === true && ended.refused === 5));
}
