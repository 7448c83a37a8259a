import net, { type Socket } from 'node:net';
import { type Connection, type Transport, tcpTransport, tlsTransport, webSocketTransport } from '@mote/client';
import { afterEach, expect, test, vi } from 'vitest';
import { Loopback } from './loopback.ts';

// A stage is told from within the dial, and what hears of it may close the connection: a signal that has aborted meanwhile does.

const loopback = new Loopback();
afterEach(() => vi.restoreAllMocks());

const DIRECT = ['tcp', 'tls'];
const TUNNEL = ['tcp', 'proxy', 'tls'];
const WAYS: readonly (readonly [string, Transport, readonly string[]])[] = [
  ['tcp', tcpTransport, ['tcp']],
  ['tls', tlsTransport, DIRECT],
  ['websocket', webSocketTransport, [...DIRECT, 'upgrade']],
  ['tls through a proxy', tlsTransport, TUNNEL],
  ['websocket through a proxy', webSocketTransport, [...TUNNEL, 'upgrade']],
];
const CASES = WAYS.flatMap(([way, transport, stages]) =>
  stages.flatMap((stage) => (['close', 'abort'] as const).map((how) => [how, stage, way, transport] as const)),
);

test.each(CASES)('%s() at stage %s of %s: one end is told, and no socket stays', async (how, stage, way, transport) => {
  const server = await loopback.server({ webSocket: way.startsWith('websocket') });
  const proxy = way.endsWith('proxy') ? (await loopback.proxy()).url.replace('127.0.0.1', 'localhost') : undefined;
  const dialled = vi.spyOn(net, 'connect');
  const seen: string[] = [];
  let connection: Connection;
  const target = { host: 'localhost', port: server.port, proxy, tls: { ca: loopback.authority.ca } };
  await new Promise<void>((ended) => {
    connection = transport.dial(target, {
      stage(reached) {
        if (reached !== stage) return;
        seen.push(reached);
        connection[how]?.();
      },
      connected: () => seen.push('connected'),
      data: () => seen.push('data'),
      closed() {
        seen.push('closed');
        ended();
      },
    });
  });
  const sockets = dialled.mock.results.map(({ value }) => value as Socket);
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  expect(seen).toEqual([stage, 'closed']);
  expect(sockets.map(({ destroyed }) => destroyed)).toEqual(sockets.map(() => true));
});
