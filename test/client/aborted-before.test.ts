import { getEventListeners } from 'node:events';
import * as full from '@mote/client';
import * as lean from '@mote/client/lean';
import { expect, test, vi } from 'vitest';
import { KEY } from './hub/at-emulator.ts';
import { complaintsDuring } from './memory.ts';
import { Promises, TurnServer, turn, virtualTime } from './turns.ts';

// A signal that has aborted before the call: the call rejects with its reason, asks no function of the application, dials nothing and
// sends nothing, and no listener is left.

virtualTime();

const REASON = new Error('given up before');
/** The beginning of a certificate request is enough: nobody here reads it. */
const CSR = Buffer.from('308110300e02010030003003020100a000', 'hex').toString('base64');
const ENTRIES = { full, lean };
type Entry = typeof full | typeof lean;

async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await turn();
}

type Opening = (entry: Entry, server: TurnServer, signal: AbortSignal, asked: <T>(value: T) => () => T) => unknown;
const atService = { idScope: '0ne00ABCDEF', registrationId: 'dev' };
const OPENINGS: Record<string, Opening> = {
  provision: ({ provision, symmetricKey }, transport, signal, asked) =>
    provision({
      ...atService,
      transport,
      signal,
      attestation: { ...symmetricKey(KEY), password: asked('x') },
    }),
  connect: ({ connect }, transport, signal, asked) =>
    connect({ host: 'turns.test', clientId: 'c', transport, signal, credentials: asked({}), tls: asked({}) }),
  createClient: ({ createClient }, transport, signal, asked) =>
    createClient({ host: 'turns.test', clientId: 'c', transport, signal, credentials: asked({}), tls: asked({}) })
      .ready,
  connectHub: ({ connectHub, symmetricKey }, transport, signal, asked) =>
    connectHub({
      hostName: 'hub-1.test',
      deviceId: 'dev',
      transport,
      signal,
      attestation: asked(symmetricKey(KEY)),
      tls: asked({}),
    }),
  openDevice: ({ openDevice, symmetricKey }, transport, signal, asked) =>
    openDevice({
      ...atService,
      transport,
      signal,
      attestation: { ...symmetricKey(KEY), password: asked('x') },
      hub: { attestation: asked(symmetricKey(KEY)), tls: asked({}) },
    }),
};

const NAMES = Object.keys(ENTRIES) as (keyof typeof ENTRIES)[];
test.each(NAMES.flatMap((entry) => Object.entries(OPENINGS).map(([what, open]) => [entry, what, open] as const)))(
  '%s: %s asks no function, and dials nothing',
  async (name, _what, open) => {
    const server = new TurnServer();
    const signal = AbortSignal.abort(REASON);
    const promises = new Promises();
    let asked = 0;
    const asking = <T>(value: T) => {
      return (): T => {
        asked++;
        return value;
      };
    };
    const complaints = await complaintsDuring(async () => {
      void promises.add((async () => open(ENTRIES[name], server, signal, asking))());
      await promises.settled();
      await turns(10);
    });
    expect(promises.outcomes).toEqual([REASON]);
    expect({ asked, dials: server.peers.length, timers: vi.getTimerCount(), complaints }).toEqual({
      asked: 0,
      dials: 0,
      timers: 0,
      complaints: [],
    });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  },
);

type Call<Caller> = (caller: Caller, signal: AbortSignal) => Promise<unknown>;
const CALLS: Record<string, Call<full.MqttClient>> = {
  ...Object.fromEntries(
    ([0, 1, 2] as const).map((qos): [string, Call<full.MqttClient>] => [
      `publish with QoS ${qos}`,
      (client, signal) => client.publish('a', 'x', { qos, signal }),
    ]),
  ),
  'publish of a Publisher': (client, signal) => client.publisher('a', { qos: 1, signal }).publish('x'),
  'subscribe with a loop': (client, signal) => client.subscribe('a', { signal }).granted,
  'subscribe with a handler': (client, signal) => client.subscribe('a', () => {}, { signal }).granted,
};
const DEVICE_CALLS: Record<string, Call<full.HubDevice>> = {
  send: (device, signal) => device.send('x', { signal }),
  'send with QoS 0': (device, signal) => device.send('x', { qos: 0, signal }),
  'send of a batch': (device, signal) => {
    const batch = device.batch({ signal });
    void batch.send(1).catch(() => {});
    return batch.flush();
  },
  'twin.get': ({ twin }, signal) => twin.get({ signal }),
  'twin.report': ({ twin }, signal) => twin.report({ a: 1 }, { signal }),
  renewCertificate: (device, signal) => device.renewCertificate(CSR, { signal }),
  messages: (device, signal) => device.messages({ signal }).granted,
};

/** Opens, calls with a signal that has aborted, and returns what was sent for it. */
async function sentBy<Caller extends { close(options: { drainMs: number }): Promise<void> }>(
  open: (server: TurnServer) => Promise<Caller>,
  call: Call<Caller>,
): Promise<string[]> {
  const server = new TurnServer();
  const promises = new Promises();
  const signal = AbortSignal.abort(REASON);
  const opened = promises.add(open(server));
  await promises.settled();
  const caller = (await opened)!;
  await turns(5);
  const [{ received }] = server.peers as [(typeof server.peers)[0]];
  const before = received.length;
  expect(before).toBe(1);
  await expect(call(caller, signal)).rejects.toBe(REASON);
  await turns(10);
  const sent = received.slice(before).map(({ cmd }) => cmd);
  void promises.add(caller.close({ drainMs: 0 }));
  await promises.settled();
  expect(promises.outcomes).toEqual(['done', 'done']);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  return sent;
}

test.each(NAMES.flatMap((entry) => Object.entries(CALLS).map(([what, call]) => [entry, what, call] as const)))(
  '%s: %s sends nothing',
  async (entry, _what, call) => {
    const open = (transport: TurnServer) =>
      ENTRIES[entry].connect({ host: 'turns.test', clientId: 'c', transport, keepAlive: 0 });
    expect(await sentBy(open, call)).toEqual([]);
  },
);

test.each(NAMES.flatMap((entry) => Object.entries(DEVICE_CALLS).map(([what, call]) => [entry, what, call] as const)))(
  '%s: %s of a device sends nothing',
  async (entry, _what, call) => {
    const open = (transport: TurnServer) =>
      ENTRIES[entry].connectHub({
        hostName: 'hub-1.test',
        deviceId: 'dev',
        attestation: full.symmetricKey(KEY),
        apiVersion: '2025-08-01-preview',
        keepAlive: 0,
        transport,
      });
    expect(await sentBy(open, call)).toEqual([]);
  },
);

test('loops whose signal has aborted have ended', async () => {
  const server = new TurnServer();
  const promises = new Promises();
  const signal = AbortSignal.abort(REASON);
  const opened = promises.add(
    full.connectHub({ hostName: 'h', deviceId: 'd', attestation: full.symmetricKey(KEY), transport: server }),
  );
  await promises.settled();
  const device = (await opened)!;
  const loop = device.messages({ signal });
  loop.granted.catch(() => {});
  const client = full.createClient({ host: 'turns.test', clientId: 'c', transport: server });
  for (const { next } of [loop, client.subscribe('a', { signal })] as const)
    expect(await next()).toEqual({ done: true, value: undefined });
  expect(await loop.return()).toEqual({ done: true, value: undefined });
  void promises.add(device.close({ drainMs: 0 }));
  void promises.add(client.close({ drainMs: 0 }));
  await promises.settled();
  expect(promises.outcomes).toEqual(['done', 'done', 'done']);
});
