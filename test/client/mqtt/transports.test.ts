import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket, connect as tcp } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type ConnectOptions, connect, type NetworkConnection, webStreamTransport } from '@mote/client';
import { tcpTransport } from '@mote/client/lean';
import { afterEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { TestAuthority } from '../hostile/certificates.ts';
import { LoopbackServer } from './server.ts';

// The same day's work over every way to the server.

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const authority = new TestAuthority();
const identity = authority.server();

async function broker(): Promise<LoopbackServer> {
  const server = await LoopbackServer.listen();
  closing.push(() => server[Symbol.asyncDispose]());
  return server;
}

async function portOf(server: Server | ReturnType<typeof createTlsServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** TLS in front of a broker. */
async function secured(server: LoopbackServer): Promise<number> {
  const front = createTlsServer(identity, (socket) => joined(socket, tcp(server.port, '127.0.0.1')));
  return portOf(front);
}

function joined(one: Socket, other: Socket): void {
  one.pipe(other).pipe(one);
  one.on('error', () => other.destroy());
  other.on('error', () => one.destroy());
}

async function work(server: LoopbackServer, options: Partial<ConnectOptions>): Promise<void> {
  const client = await connect({ host: 'localhost', clientId: 'device', tls: { ca: authority.ca }, ...options });
  await client.subscribe('in').granted;
  await Promise.all([0, 1, 2].map((qos) => client.publish('out', 'x'.repeat(100_000), { qos: qos as 0 | 1 | 2 })));
  await client.close();
  expect([server.count('publish'), server.count('pubrel')]).toEqual([3, 1]);
}

test('tls', async () => {
  const server = await broker();
  await work(server, { transport: 'tls', port: await secured(server) });
});

test('tls through a proxy', async () => {
  const server = await broker();
  const proxy = createServer();
  proxy.on('connect', (request, socket: Socket) => {
    const [host, port] = request.url!.split(':');
    const through = tcp(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      joined(socket, through);
    });
  });
  const port = await secured(server);
  await work(server, { transport: 'tls', port, proxy: `http://127.0.0.1:${await portOf(proxy)}` });
});

test('tls whose certificate does not verify rejects at once, whatever time there is', async () => {
  const server = await broker();
  const port = await secured(server);
  await expect(connect({ host: 'localhost', port, clientId: 'device' })).rejects.toMatchObject({
    code: 'tls-failed',
    stage: 'tls',
    retryable: false,
  });
});

test('auto takes TLS where it is spoken', async () => {
  const server = await broker();
  const port = await secured(server);
  await work(server, { transport: 'auto', port });
});

test('a transport of web streams', async () => {
  const server = await broker();
  const transport = webStreamTransport(async () => {
    const socket = tcp(server.port, '127.0.0.1');
    await once(socket, 'connect');
    const { Duplex } = await import('node:stream');
    const { readable, writable } = Duplex.toWeb(socket);
    return { readable, writable, close: () => socket.destroy() } as never;
  });
  await work(server, { transport, tls: undefined });
});
test('websocket on a path of its own', async () => {
  const server = await broker();
  const { createServer: createHttps } = await import('node:https');
  const front = createHttps(identity);
  const paths: (string | undefined)[] = [];
  new WebSocketServer({ server: front }).on('connection', (webSocket, request) => {
    paths.push(request.url);
    const through = tcp(server.port, '127.0.0.1');
    webSocket.on('message', (bytes: Buffer) => through.write(bytes));
    webSocket.on('close', () => through.end());
    through.on('data', (bytes) => webSocket.send(bytes));
  });
  const port = await portOf(front as never);
  await work(server, { transport: 'websocket', port });
  await work(await Promise.resolve(server), { transport: 'websocket', port, path: '/broker' }).catch(() => {});
  expect(paths).toEqual(['/mqtt', '/broker']);
});

/** TLS or WebSocket in front of a broker, which reads nothing while it is held. */
async function reluctant(
  server: LoopbackServer,
  transport: 'tls' | 'websocket',
): Promise<{ port: number; hold(): void; release(): void }> {
  let source: { pause(): void; resume(): void } | undefined;
  let port: number;
  if (transport === 'tls') {
    const front = createTlsServer(identity, (socket) => {
      source = socket;
      const through = tcp(server.port, '127.0.0.1').on('error', () => socket.destroy());
      socket.on('data', (bytes) => through.write(bytes)).on('error', () => through.destroy());
      socket.on('end', () => through.end());
      through.on('data', (bytes) => socket.write(bytes));
    });
    port = await portOf(front);
  } else {
    const { createServer: createHttps } = await import('node:https');
    const front = createHttps(identity);
    new WebSocketServer({ server: front }).on('connection', (webSocket) => {
      source = webSocket;
      const through = tcp(server.port, '127.0.0.1').on('error', () => webSocket.terminate());
      webSocket.on('message', (bytes: Buffer) => through.write(bytes)).on('close', () => through.end());
      through.on('data', (bytes) => webSocket.send(bytes));
    });
    port = await portOf(front as never);
  }
  return { port, hold: () => source!.pause(), release: () => source!.resume() };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test.each(['tls', 'websocket'] as const)(
  '%s: a server that does not read holds up post and publish, memory stays small, and ready says when there is room',
  async (transport) => {
    const server = await broker();
    const { port, hold, release } = await reluctant(server, transport);
    const client = await connect({ host: 'localhost', port, clientId: 'device', transport, tls: { ca: authority.ca } });
    hold();
    const payload = new Uint8Array(10_000);
    let taken = 0;
    // What the kernel takes is some megabytes; without back-pressure this would not end.
    for (let refused = 0; refused < 100; await turn()) {
      if (client.post('out', payload)) taken++;
      else refused++;
      expect(taken * payload.length).toBeLessThan(64 * 1024 * 1024);
    }
    let written = false;
    const waiting = client.publish('out', payload).then(() => {
      written = true;
    });
    await turn();
    expect([client.post('out', payload), written]).toEqual([false, false]);
    release();
    await client.ready;
    await waiting;
    expect(client.post('out', payload)).toBe(true);
    await client.close();
    while (server.count('publish') < taken + 2) await turn();
    expect(server.count('publish')).toBe(taken + 2);
  },
);

test('tcp: a server that reads none of our answers is not read any more, until it does', async () => {
  const heard: string[] = [];
  const server = createTcpServer({ pauseOnConnect: true });
  const accepted = once(server, 'connection');
  const port = await portOf(server as never);
  const connection = await new Promise<NetworkConnection>((resolve, reject) => {
    const dialled = tcpTransport.dial(
      { host: '127.0.0.1', port },
      {
        stage() {},
        connected: () => resolve(dialled),
        data: () => heard.push('data'),
        drained: () => heard.push('drained'),
        closed: reject,
      },
    );
  });
  const [peer] = (await accepted) as [Socket];
  closing.push(() => peer.destroy());
  // The kernel takes some megabytes of it.
  for (let sent = 0; sent < 32; sent++) connection.send(new Uint8Array(1024 * 1024));
  await new Promise((resolve) => peer.write('x', resolve));
  for (let turns = 0; turns < 50; turns++) await turn();
  expect(heard).toEqual([]);
  peer.resume();
  while (heard.length < 2) await turn();
  expect(heard).toEqual(['drained', 'data']);
  connection.abort?.();
});
