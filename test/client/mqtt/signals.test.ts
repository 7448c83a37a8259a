import { getEventListeners } from 'node:events';
import { connect, createClient, type MqttClient, type Transport } from '@mote/client';
import { expect, test } from 'vitest';
import { complaintsDuring } from '../memory.ts';
import { LoopbackServer } from './server.ts';

// One signal may stand for many calls, and outlive them all.

const nowhere: Transport = { name: 'nowhere', dial: () => ({ send: () => true, close() {} }) };
const offline = (signal?: AbortSignal): MqttClient =>
  createClient({ host: 'nowhere.test', transport: nowhere, clientId: 'device', signal });
const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

test('100 messages, subscriptions and clients with one signal: no warning, and no listener is left', async () => {
  const { signal } = new AbortController();
  const complaints = await complaintsDuring(async () => {
    const client = offline();
    const settled = Array.from({ length: 100 }, () => client.publish('a', 'x', { qos: 1, signal }).catch(() => {}));
    for (let i = 0; i < 100; i++) client.subscribe(`a/${i}`, { signal });
    const others = Array.from({ length: 100 }, () => offline(signal));
    expect(listeners(signal)).toBe(300);
    await Promise.all([client, ...others].map((one) => one.close({ drainMs: 0 })));
    await Promise.all(settled);
  });
  expect(complaints).toEqual([]);
  expect(listeners(signal)).toBe(0);
});

test('a call that is refused, or over at once, leaves no listener', async () => {
  const { signal } = new AbortController();
  const client = offline();
  await expect(client.publish('a/#', 'x', { signal })).rejects.toMatchObject({ code: 'invalid-options' });
  await client.close({ drainMs: 0 });
  await expect(client.publish('a', 'x', { qos: 1, signal })).rejects.toMatchObject({ code: 'closed' });
  client.subscribe('a', { signal });
  await expect(
    connect({
      host: '127.0.0.1',
      port: 1,
      transport: 'tcp',
      clientId: 'c',
      timeoutMs: 20,
      retry: { attempts: 0 },
      signal,
    }),
  ).rejects.toThrow();
  expect(listeners(signal)).toBe(0);
});

test('a signal that cannot take its listener back keeps nothing from its end', async () => {
  await using server = await LoopbackServer.listen();
  const signal = { aborted: false, reason: 'why', addEventListener() {} } as never;
  const client = await connect({ host: '127.0.0.1', port: server.port, transport: 'tcp', clientId: 'c', signal });
  await client.publish('a', 'x', { qos: 1, signal });
  const messages = client.subscribe('a', { signal });
  await messages.close();
  await client.close({ drainMs: 0 });
  expect(client.state.type).toBe('closed');
});

/** A signal that has no reason, as the polyfills of older platforms. */
const reasonless = { aborted: true, addEventListener() {}, removeEventListener() {} } as unknown as AbortSignal;

test.each<[string, AbortSignal, unknown]>([
  ['its reason', AbortSignal.abort('why'), 'why'],
  ['an AbortError, if the signal has none', reasonless, expect.objectContaining({ name: 'AbortError' })],
])('every call with a signal that has aborted rejects with %s', async (_what, signal, reason) => {
  const client = offline();
  const calls = [
    connect({ host: 'nowhere.test', transport: nowhere, clientId: 'c', signal }),
    ...([0, 1, 2] as const).map((qos) => client.publish('a', 'x', { qos, signal })),
    client.publisher('a', { signal }).publish('x'),
    client.subscribe('a', { signal }).granted,
    client.subscribe('a', () => {}, { signal }).granted,
    offline(signal).ready,
  ];
  const outcomes = await Promise.allSettled(calls);
  expect(outcomes).toEqual(calls.map(() => ({ status: 'rejected', reason })));
  await expect(client.subscribe('a', { signal }).next()).resolves.toEqual({ done: true, value: undefined });
  await client.close({ drainMs: 0 });
});

test('a signal that aborts before SUBACK rejects `granted` with its reason, and ends the loop', async () => {
  await using server = await LoopbackServer.listen(({ cmd }) => cmd === 'subscribe');
  const client = await connect({ host: '127.0.0.1', port: server.port, transport: 'tcp', clientId: 'c' });
  const controller = new AbortController();
  const messages = client.subscribe('a', { signal: controller.signal });
  const next = messages.next();
  await server.until(() => server.count('subscribe') > 0);
  controller.abort('why');
  await expect(messages.granted).rejects.toBe('why');
  await expect(next).resolves.toEqual({ done: true, value: undefined });
  await client.close({ drainMs: 0 });
});
