import dns from 'node:dns';
import { once } from 'node:events';
import { connect, createServer, type LookupFunction, type Server, Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { dialTcp, provision, type TcpTarget } from '@mote/client';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { openPath } from '../../packages/cli/src/doctor/path.ts';
import { ASSIGNED } from './hostile/server.ts';
import { Loopback, refusal } from './loopback.ts';
import { complaintsDuring } from './memory.ts';

// Hosts with several addresses [RFC 8305]. A slow address is one whose accept queue is full until its thread wakes: the kernel
// drops what comes before, and takes the copy that a client sends a second later. Linux answers on all of 127.0.0.0/8.

const loopback = new Loopback();
const doors: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(doors.map((close) => close())));

/** A port of 127.0.0.`last` that takes no connection for `ms`, and pipes to `port` what it takes then; for ever without `ms`. */
async function slowDoor(last: number, port: number, ms?: number): Promise<string> {
  const host = `127.0.0.${last}`;
  const worker = new Worker(
    `const { parentPort, workerData: { host, port, ms } } = require('node:worker_threads');
     const { connect, createServer } = require('node:net');
     createServer((socket) => {
       const inner = connect(port, '127.0.0.1');
       for (const [from, to] of [[socket, inner], [inner, socket]]) from.pipe(to).on('error', () => {}), from.on('error', () => to.destroy());
     }).listen({ host, port, backlog: 1 }, () => {
       parentPort.postMessage('listening');
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
     });`,
    { eval: true, workerData: { host, port, ms } },
  );
  await once(worker, 'message');
  const fillers: Socket[] = [];
  // The queue is full when a connection is not taken at once.
  for (let refused = 0; refused < 2; ) {
    const filler = connect(port, host).on('error', () => {});
    fillers.push(filler);
    refused += await Promise.race([
      once(filler, 'connect').then(() => 0),
      new Promise<number>((settle) => setTimeout(settle, 100, 1)),
    ]);
  }
  doors.push(async () => {
    for (const filler of fillers) filler.destroy();
    await worker.terminate();
  });
  return host;
}

/** Answers with these, whatever is asked. */
function lookup(...addresses: (string | { address: string; family: number })[]): LookupFunction {
  return (_host, _options, done) =>
    setImmediate(() =>
      done(
        null,
        addresses.map((address) =>
          typeof address === 'string' ? { address, family: address.includes(':') ? 6 : 4 } : address,
        ),
      ),
    );
}

describe.runIf(process.platform === 'linux')('an address that is slow', () => {
  test.each(['tls', 'websocket'] as const)(
    'is given the time of its stage over %s, though the next leads nowhere',
    async (transport) => {
      const server = await loopback.server({
        webSocket: transport === 'websocket',
        answer: () => ({ status: 200, body: ASSIGNED }),
      });
      const slow = await slowDoor(transport === 'tls' ? 11 : 12, server.port, 900);
      const nowhere = await slowDoor(transport === 'tls' ? 13 : 14, server.port);
      const tls = { ca: loopback.authority.ca, lookup: lookup(slow, nowhere) };
      await expect(provision(loopback.options(server, { transport, tls, timeoutMs: 20_000 }))).resolves.toMatchObject({
        assignedHub: 'hub.test',
      });
    },
  );

  test('is given the time of its stage on the way to a proxy', async () => {
    const server = await loopback.server({ answer: () => ({ status: 200, body: ASSIGNED }) });
    const proxy = await loopback.proxy();
    const slow = await slowDoor(15, proxy.port, 900);
    const nowhere = await slowDoor(16, proxy.port);
    const tls = { ca: loopback.authority.ca, lookup: lookup(slow, nowhere) };
    const options = { proxy: `http://proxy.test:${proxy.port}`, tls, timeoutMs: 20_000 };
    await expect(provision(loopback.options(server, options))).resolves.toMatchObject({ assignedHub: 'hub.test' });
    expect(proxy.requests).toHaveLength(1);
  });

  test.each(['service', 'proxy'] as const)(
    'is given its time by mote doctor, too, on the way to the %s',
    async (to) => {
      const server = to === 'proxy' ? await loopback.proxy() : await loopback.server();
      const target = await loopback.server();
      const [slow, nowhere] = to === 'proxy' ? [17, 18] : [19, 20];
      const addresses = [await slowDoor(slow, server.port, 900), await slowDoor(nowhere, server.port)];
      const resolver = vi.spyOn(dns, 'lookup').mockImplementation(lookup(...addresses) as unknown as typeof dns.lookup);
      const path =
        to === 'proxy'
          ? await openPath('localhost', target.port, `http://proxy.test:${server.port}`, 20_000)
          : await openPath('dps.test', server.port, undefined, 20_000);
      resolver.mockRestore();
      expect(path).toBeInstanceOf(Socket);
      (path as Socket).destroy();
    },
  );
});

/** What comes of a dial: the address it stands on, or the error. */
function outcome(target: Partial<TcpTarget> & { port: number }): Promise<unknown> {
  return new Promise((settle) =>
    dialTcp(
      { host: 'dps.test', ...target },
      {
        stage() {},
        connected(socket) {
          settle(socket.remoteAddress);
          socket.destroy();
        },
        failed: settle,
      },
    ),
  );
}

async function listening(host: string): Promise<Server & { port: number }> {
  const server = createServer((socket) => socket.destroy()).listen(0, host);
  await once(server, 'listening');
  doors.push(() => new Promise((settle) => server.close(settle)));
  return Object.assign(server, { port: (server.address() as { port: number }).port });
}

test.each<[string, (string | { address: string; family: number })[]]>([
  ['the first', ['127.0.0.1', '127.0.0.21']],
  ['the second, behind one that refuses', ['127.0.0.21', '127.0.0.1']],
  ['the last of six', ['127.0.0.21', '127.0.0.22', '127.0.0.23', '127.0.0.24', '127.0.0.25', '127.0.0.1']],
  ['IPv4, where IPv6 refuses', ['::1', '127.0.0.1']],
  ['IPv4, where IPv6 is not routed', ['2001:db8::1', '2001:db8::2', '127.0.0.1']],
  ['the one of a list with names in it, which are no addresses', [{ address: 'localhost', family: 4 }, '127.0.0.1']],
])('of several addresses %s is taken', async (_what, addresses) => {
  const { port } = await listening('127.0.0.1');
  expect(await outcome({ port, lookup: lookup(...addresses) })).toBe('127.0.0.1');
});

test.each<[string, Partial<TcpTarget>, string]>([
  ['all addresses refuse', { lookup: lookup('127.0.0.21', '127.0.0.22') }, 'ECONNREFUSED'],
  ['there is no address', { lookup: lookup() }, 'no address for dps.test'],
  ['the lookup gives nothing', { lookup: (_host, _options, done) => done(null, undefined as never) }, 'no address'],
  ['the lookup fails', { lookup: (_host, _options, done) => done(new Error('no DNS'), '', 4) }, 'no DNS'],
  [
    'the lookup throws',
    {
      lookup: () => {
        throw new Error('no DNS');
      },
    },
    'no DNS',
  ],
  ['the lookup returns a promise that rejects', { lookup: async () => Promise.reject(new Error('no DNS')) }, 'no DNS'],
  ['the name does not exist', { host: 'nowhere.invalid' }, 'ENOTFOUND|EAI_AGAIN'],
])('a dial fails once when %s', async (_what, target, reason) => {
  const { port } = await listening('127.0.0.1');
  const complaints = await complaintsDuring(async () =>
    expect(String(await outcome({ port: port === 65_535 ? 1 : port, ...target }))).toMatch(new RegExp(reason)),
  );
  expect(complaints).toEqual([]);
});

test('the old form of a lookup, one address and its family, is taken, and one that answers twice counts once', async () => {
  const { port } = await listening('127.0.0.1');
  const twice: LookupFunction = (_host, _options, done) => {
    done(null, '127.0.0.1', 4);
    done(null, '127.0.0.1', 4);
  };
  expect(await outcome({ port, lookup: twice })).toBe('127.0.0.1');
});

test('a dial that is called off connects to nothing more', async () => {
  const { port } = await listening('127.0.0.1');
  const seen: unknown[] = [];
  const events = { stage: () => {}, connected: () => seen.push('connected'), failed: () => seen.push('failed') };
  for (const host of ['127.0.0.1', 'dps.test']) dialTcp({ host, port, lookup: lookup('127.0.0.1') }, events)();
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  expect(seen).toEqual([]);
});

test('an address that refuses is the reason of a failed connection, at stage tcp', async () => {
  const tls = { ca: loopback.authority.ca, lookup: lookup('127.0.0.21', '127.0.0.22') };
  expect(await refusal(provision(loopback.options({ port: 1 }, { endpoint: 'dps.test:1', tls })))).toMatchObject({
    code: 'connect-failed',
    stage: 'tcp',
    message: expect.stringContaining('ECONNREFUSED'),
  });
});
