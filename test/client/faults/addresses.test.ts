import { once } from 'node:events';
import { connect, type LookupFunction, type Socket } from 'node:net';
import { getActiveResourcesInfo } from 'node:process';
import { Worker } from 'node:worker_threads';
import { provision } from '@mote/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ASSIGNED, type HostileServer } from '../hostile/server.ts';
import { Loopback, refusal } from '../loopback.ts';
import { until } from './until.ts';

// An address that takes no connection and refuses none: packets to it are dropped, as a firewall drops them. It is a listener
// whose thread sleeps and whose queue is full.

const loopback = new Loopback();
const DEAD = '127.0.0.2';
const fillers: Socket[] = [];
let server: HostileServer;
let blackHole: Worker;

const lookup =
  (...addresses: string[]): LookupFunction =>
  (_host, _options, done) =>
    void setImmediate(
      done,
      null,
      addresses.map((address) => ({ address, family: 4 })),
    );

// Linux answers on all of 127.0.0.0/8, and drops what a full queue cannot take.
describe.runIf(process.platform === 'linux')('an address that drops everything', () => {
  beforeAll(async () => {
    server = await loopback.server({ answer: () => ({ status: 200, body: ASSIGNED }) });
    blackHole = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
     require('node:net').createServer().listen({ ...workerData, backlog: 1 }, () => {
       parentPort.postMessage('asleep');
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
     });`,
      { eval: true, workerData: { port: server.port, host: DEAD } },
    );
    await once(blackHole, 'message');
    // The queue is full when connections are not taken any more.
    for (let refused = 0; refused < 2; ) {
      const filler = connect(server.port, DEAD).on('error', () => {});
      fillers.push(filler);
      refused += await Promise.race([
        once(filler, 'connect').then(() => 0),
        new Promise<number>((resolve) => setTimeout(resolve, 150, 1)),
      ]);
    }
  });

  afterAll(async () => {
    for (const filler of fillers) filler.destroy();
    await blackHole.terminate();
  });

  test('is passed over for the next', async () => {
    const tls = { ca: loopback.authority.ca, lookup: lookup(DEAD, '127.0.0.1') };
    await expect(provision(loopback.options(server, { tls }))).resolves.toMatchObject({ assignedHub: 'hub.test' });
  });

  test('alone gives silence, reported in time, with nothing left open', async () => {
    const before = sockets();
    const began = performance.now();
    const tls = { ca: loopback.authority.ca, lookup: lookup(DEAD) };
    expect(await refusal(provision(loopback.options(server, { tls, timeoutMs: 600 })))).toMatchObject({
      code: 'timed-out',
      stage: 'tcp',
    });
    expect(performance.now() - began).toBeGreaterThanOrEqual(600);
    await until(() => sockets() <= before);
    expect(sockets()).toBe(before);
  });
});

function sockets(): number {
  return getActiveResourcesInfo().filter((name) => /^TCP/.test(name)).length;
}
