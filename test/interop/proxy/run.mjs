// The client through tinyproxy, over TLS and WebSocket, against the emulator: with credentials, without them, with wrong ones,
// and to a port that the proxy does not allow. `N passed, N failed` at the end; what could not be tried is said to be skipped.

import { spawn, spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { provision, symmetricKey } from '../../../packages/client/dist/index.js';
import { startEmulator } from '../../../packages/emulator/dist/index.js';
import { freePort, Lane } from '../lane.mjs';

const lane = new Lane();
if (spawnSync('tinyproxy', ['-v']).error !== undefined) {
  lane.skip(6, 'through tinyproxy', 'it is not installed (apt-get install tinyproxy-bin)');
  lane.end();
  process.exit();
}
const dps = await startEmulator({ pollsBeforeAssigned: 0 });
const device = dps.enrollments.find(({ kind, attestation }) => kind === 'individual' && attestation === 'symmetricKey');
const guarded = await startProxy(
  'guarded',
  `BasicAuth user secret\nConnectPort ${dps.port}\nConnectPort ${dps.webSocketPort}\n`,
);
const open = await startProxy('open', `ConnectPort ${dps.webSocketPort}\n`);

const cases = [
  ['TLS, with credentials', 'tls', `user:secret@127.0.0.1:${guarded.port}`, 'assigned'],
  ['WebSocket, with credentials', 'websocket', `user:secret@127.0.0.1:${guarded.port}`, 'assigned'],
  ['TLS, without credentials', 'tls', `127.0.0.1:${guarded.port}`, 'proxy-failed 407'],
  ['TLS, with wrong credentials', 'tls', `user:wrong@127.0.0.1:${guarded.port}`, /^proxy-failed 40[17]$/],
  ['TLS, to a port that is not allowed', 'tls', `127.0.0.1:${open.port}`, 'proxy-failed 403'],
  ['WebSocket, to a port that is', 'websocket', `127.0.0.1:${open.port}`, 'assigned'],
];
for (const [what, transport, proxy, expected] of cases) {
  const outcome = provision({
    idScope: dps.idScope,
    registrationId: device.registrationId,
    attestation: symmetricKey(device.primaryKey),
    endpoint: `127.0.0.1:${transport === 'tls' ? dps.port : dps.webSocketPort}`,
    tls: { ca: dps.ca },
    transport,
    proxy: `http://${proxy}`,
    timeoutMs: 10_000,
  }).then(
    () => 'assigned',
    (error) => `${error.code} ${error.statusCode ?? error.message}`,
  );
  const holds = (text) => (expected instanceof RegExp ? expected.test(text) : text === expected);
  await lane.check(what, outcome, holds, (text) => text);
}
guarded.process.kill();
open.process.kill();
await dps.close();
lane.end();

async function startProxy(name, rules) {
  const port = await freePort();
  const file = lane.file(
    `${name}.conf`,
    `Port ${port}\nListen 127.0.0.1\nTimeout 30\nAllow 127.0.0.1\nMaxClients 20\n${rules}`,
  );
  const child = spawn('tinyproxy', ['-d', '-c', file], { stdio: 'ignore' });
  for (let tries = 0; tries < 100 && !(await answers(port)); tries++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return { port, process: child };
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy() !== undefined));
    socket.on('error', () => resolve(false));
  });
}
