import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type ProvisionOptions, provision } from '@mote/client';
import { generate, parser } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import vectors from '../vectors/websocket.json' with { type: 'json' };
import { ASSIGNED, type HostileServer, type Peer } from './hostile/server.ts';
import { acceptFor } from './hostile/web-socket-peer.ts';
import { Loopback, refusal } from './loopback.ts';

const loopback = new Loopback();
const AT_ONCE = { answer: () => ({ status: 200, body: ASSIGNED }) };
const run = (server: { port: number }, options: Partial<ProvisionOptions> = {}): ReturnType<typeof provision> =>
  provision(loopback.options(server, { transport: 'websocket', ...options }));

// The vectors give the long ones by their first bytes only.
const BUILT: Record<string, string> = {
  'header-too-big': `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {ACCEPT}\r\nSec-WebSocket-Protocol: mqtt\r\nX: ${'a'.repeat(16_384)}\r\n\r\n`,
};

test.concurrent.each(vectors.handshake)(
  'upgrade answered with $name: $expected ($why)',
  async ({ name, response, expected }) => {
    const server = await loopback.server({
      webSocket: true,
      ...AT_ONCE,
      step: 'upgrade',
      misbehave: (peer, good) => answerUpgrade(peer, good, BUILT[name] ?? response),
    });
    const outcome = await run(server, { timeoutMs: name === 'never-ending' ? 300 : 5000 }).then(
      () => 'open',
      (error) => error,
    );
    // An interim answer is passed over, as RFC 9110 15.2 asks of a client.
    if (expected === 'open' || name === 'status-1xx-first') expect(outcome).toBe('open');
    else if (name === 'never-ending') expect(outcome).toMatchObject({ code: 'timed-out', stage: 'upgrade' });
    else if (name === 'half-then-close') expect(outcome).toMatchObject({ code: 'connection-lost', stage: 'upgrade' });
    else expect(outcome).toMatchObject({ code: 'websocket-failed', stage: 'upgrade' });
  },
);

function answerUpgrade(peer: Peer, good: Buffer, response: string): void {
  const accept = /Accept: (.*)\r\n/.exec(good.toString())![1]!;
  const text = response
    .replaceAll('{ACCEPT}', accept)
    .replaceAll('{accept}', accept.toLowerCase())
    .replaceAll('{KEY}', peer.key);
  peer.upgrade(text.replace('<FIN>', ''));
  if (text.endsWith('<FIN>')) peer.end();
}

test.concurrent.each([
  [200, false],
  [301, false],
  [404, false],
  [429, true],
  [500, true],
  [503, true],
])('an upgrade answered %i carries the status', async (status, retryable) => {
  const server = await loopback.server({
    webSocket: true,
    step: 'upgrade',
    misbehave: (peer) => peer.upgrade(`HTTP/1.1 ${status} x\r\nLocation: https://elsewhere.test/\r\n\r\n`),
  });
  expect(await refusal(run(server))).toMatchObject({ code: 'websocket-failed', statusCode: status, retryable });
  expect(server.peers).toHaveLength(1);
});

test.concurrent('an upgrade without a Connection header is refused', async () => {
  const server = await loopback.server({
    webSocket: true,
    step: 'upgrade',
    misbehave: (peer, good) => peer.upgrade(good.toString().replace('Connection: Upgrade\r\n', '')),
  });
  expect(await refusal(run(server))).toMatchObject({
    code: 'websocket-failed',
    message: expect.stringContaining('Connection'),
  });
});

test.concurrent('an extension that nobody offered is refused', async () => {
  const server = await loopback.server({
    webSocket: true,
    step: 'upgrade',
    misbehave: (peer, good) =>
      peer.upgrade(good.toString().replace('\r\n\r\n', '\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n')),
  });
  expect(await refusal(run(server))).toMatchObject({
    code: 'websocket-failed',
    message: expect.stringContaining('Sec-WebSocket-Extensions'),
  });
});

test.concurrent.each(vectors.frames)(
  'a frame of the server, $name: $expected ($why)',
  async ({ name, hex, expected, closeCode }) => {
    const server = await loopback.server({
      webSocket: true,
      step: 'register-answer',
      misbehave: (peer) => sendFrames(peer, name, hex),
    });
    const silent = expected === 'accept' && name !== 'binary-126';
    const error = await refusal(run(server, { timeoutMs: silent ? 1500 : 5000 }));
    const closes = server.peers[0]!.frames.frames.filter(({ opcode }) => opcode === 8).map(({ payload }) =>
      payload.readUInt16BE(0),
    );
    if (expected === 'accept') expect(error['code']).toBe(silent ? 'timed-out' : 'protocol-violation');
    else if (expected === 'close' || hex === '<FIN>') expect(error['code']).toBe('connection-lost');
    else {
      expect(error).toMatchObject({ code: 'protocol-violation', stage: 'register' });
      expect(closes).toEqual([closeCode]);
    }
    if (name === 'close-1001-reason') expect(closes).toEqual([1001]);
  },
);

function sendFrames(peer: Peer, name: string, hex: string): void {
  if (hex === '<FIN>') peer.end();
  else if (name === 'binary-65535') peer.writeBare(Buffer.concat([Buffer.from('827effff', 'hex'), pings(65_535)]));
  else peer.writeBare(Buffer.from(hex, 'hex'));
}

/** PINGRESPs, which do no harm, to fill a frame: the last byte of an odd length begins one more. */
function pings(size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, (_, i) => (i % 2 === 0 ? 0xd0 : 0)));
}

test.concurrent('a ping is answered with its payload, also between the fragments of a message', async () => {
  const server = await loopback.server({
    webSocket: true,
    step: 'register-answer',
    misbehave: (peer) => peer.writeBare(Buffer.from('0201d0' + '8903706e67' + '800100', 'hex')),
  });
  expect(await refusal(run(server, { timeoutMs: 1500 }))).toMatchObject({ code: 'timed-out' });
  expect(
    server.peers[0]!.frames.frames.filter(({ opcode }) => opcode === 10).map(({ payload }) => payload.toString()),
  ).toEqual(['png']);
});

test.concurrent.each([
  ['a reserved bit', 'c200'],
  ['a control frame of 126 bytes', `897e007e${'00'.repeat(126)}`],
  ['a 16-bit length below 126', '827e007d'],
  ['a length of 1 MiB and a byte', '827f0000000000100001'],
  ['close code 1005', '880203ed'],
  ['close code 1004', '880203ec'],
  ['close code 999', '880203e7'],
  ['opcode 3', '8300'],
])('%s breaks the rules', async (_what, hex) => {
  const server = await loopback.server({
    webSocket: true,
    step: 'register-answer',
    misbehave: (peer) => peer.writeBare(Buffer.from(hex, 'hex')),
  });
  expect(await refusal(run(server))).toMatchObject({ code: 'protocol-violation', stage: 'register' });
});

test.concurrent('frames cut at every byte, empty and unsolicited ones are taken', async () => {
  const server = await loopback.server({
    webSocket: true,
    step: 'register-answer',
    misbehave: (peer, good) => {
      for (const byte of Buffer.from('8a00' + '0200' + '0000' + '8000' + '8200', 'hex'))
        peer.writeBare(Uint8Array.of(byte));
      for (let i = 0; i < 1000; i++) peer.writeBare(Buffer.from('0200' + '8000', 'hex'));
      peer.write(good);
    },
  });
  await expect(run(server)).resolves.toMatchObject({ assignedHub: 'hub.test' });
  expect(server.faults).toEqual([]);
});

test.concurrent('a request that needs a longer frame is masked all the same, each frame with another mask', async () => {
  const server = await loopback.server({ webSocket: true, ...AT_ONCE });
  await run(server, { payload: { text: 'x'.repeat(70_000) } });
  await run(server, { payload: { text: 'x'.repeat(300) }, registrationId: 'other' });
  expect(server.faults).toEqual([]);
  const masks = server.peers.flatMap(({ frames }) => frames.frames.map(({ mask }) => mask));
  expect(new Set(masks).size).toBe(masks.length);
});

test.concurrent('the upgrade names host, port, path and sub-protocol', async () => {
  const server: HostileServer = await loopback.server({ webSocket: true, ...AT_ONCE });
  await run(server);
  const { path, headers } = server.peers[0]!.request!;
  expect(path).toBe('/$iothub/websocket');
  expect(Object.fromEntries(headers)).toMatchObject({
    host: `localhost:${server.port}`,
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-version': '13',
    'sec-websocket-protocol': 'mqtt',
  });
  expect(Buffer.from(headers.get('sec-websocket-key')!, 'base64')).toHaveLength(16);
  expect(headers.has('sec-websocket-extensions')).toBe(false);
  expect(acceptFor('dGhlIHNhbXBsZSBub25jZQ==')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
});

test.concurrent('the ws server is spoken to', async () => {
  const https = createServer({ cert: loopback.identity.cert, key: loopback.identity.key });
  const sockets = new WebSocketServer({ server: https, handleProtocols: () => 'mqtt' });
  sockets.on('connection', (socket) => {
    const mqtt = parser();
    mqtt.on('packet', (packet) => {
      if (packet.cmd === 'connect') socket.send(generate({ cmd: 'connack', returnCode: 0, sessionPresent: false }));
      else if (packet.cmd === 'subscribe') socket.send(generate({ cmd: 'suback', messageId: 1, granted: [1] }));
      else if (packet.cmd === 'publish') {
        const [id] = /(?<=\$rid=)[^&]+/.exec(packet.topic)!;
        socket.ping('are you there');
        socket.send(
          generate({
            cmd: 'publish',
            topic: `$dps/registrations/res/200/?$rid=${id}`,
            payload: JSON.stringify(ASSIGNED),
            qos: 0,
            dup: false,
            retain: false,
          }),
        );
      }
    });
    socket.on('message', (bytes) => mqtt.parse(bytes as Buffer));
  });
  https.listen(0, '127.0.0.1');
  await new Promise((resolve) => https.once('listening', resolve));
  const closed = new Promise((resolve) => sockets.once('connection', (socket) => socket.once('close', resolve)));
  await expect(run({ port: (https.address() as AddressInfo).port })).resolves.toMatchObject({
    assignedHub: 'hub.test',
  });
  expect(await closed).toBe(1000);
  sockets.close();
  https.close();
});
