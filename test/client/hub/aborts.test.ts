import { getEventListeners } from 'node:events';
import {
  type Attestation,
  connect,
  connectHub,
  HubError,
  type HubOptions,
  MqttError,
  type OpenDeviceOptions,
  openDevice,
  ProvisioningError,
  provision,
  symmetricKey,
} from '@mote/client';
import * as lean from '@mote/client/lean';
import { describe, expect, test, vi } from 'vitest';
import { complaintsDuring } from '../memory.ts';
import { message } from '../mqtt/server.ts';
import { ANSWERS, type Moment, moments, Promises, TurnServer, turn, until, virtualTime } from '../turns.ts';
import { KEY } from './at-emulator.ts';
import { atHub, quickly } from './at-turns.ts';

// A signal may abort at any turn of opening a device, and from within each of its callbacks. Whenever it does: the promise rejects with the
// reason as it is, and no connection, timer or listener is left.

virtualTime();

/** More than the longest script takes. */
const TURNS = 20;
const REASON = new Error('the application gives up');
const ASSIGNED = {
  operationId: 'o',
  status: 'assigned',
  registrationState: { registrationId: 'dev', assignedHub: 'hub-1.test', deviceId: 'dev', status: 'assigned' },
};

/** A service and a hub in memory: requests with a `$rid` are answered. */
function azure(): TurnServer {
  const server = new TurnServer();
  server.reply = (packet, { say }) => {
    if (packet.cmd !== 'publish') return false;
    const rid = ridOf(packet.topic);
    if (packet.topic.startsWith('$dps'))
      say(message(`$dps/registrations/res/200/?$rid=${rid}`, JSON.stringify(ASSIGNED)));
    else if (packet.topic.startsWith('$iothub/twin/GET'))
      say(message(`$iothub/twin/res/200/?$rid=${rid}`, '{"desired":{"$version":1},"reported":{"$version":1}}'));
    return packet.qos === 0;
  };
  return server;
}
const ridOf = (topic: string): string => /\$rid=([^&]+)/.exec(topic)?.[1] ?? '';
const sent = (server: TurnServer): string[] =>
  server.peers.flatMap(({ received }) =>
    received.flatMap((packet) => (packet.cmd === 'publish' ? [packet.topic] : [])),
  );

const atService = (
  server: TurnServer,
  options: Omit<Partial<OpenDeviceOptions>, 'csr'> = {},
): Omit<OpenDeviceOptions, 'csr'> => ({
  idScope: '0ne00ABCDEF',
  registrationId: 'dev',
  ...quickly(server),
  ...options,
});

type Opening = (
  server: TurnServer,
  signal: AbortSignal,
  answer: (typeof ANSWERS)[string],
  told: (type: string) => void,
) => Promise<{ close(options: { drainMs: number }): Promise<void> } | object>;

const OPENINGS: Record<string, Opening> = {
  connectHub: (server, signal, answer, told) =>
    connectHub(
      atHub(server, {
        signal,
        attestation: () => answer(symmetricKey(KEY)) as Attestation,
        tls: () => answer({}) as never,
        onState: ({ type }) => told(type),
        onPacket: (direction) => told(direction),
      }),
    ),
  openDevice: (server, signal, answer, told) =>
    openDevice(
      atService(server, {
        signal,
        cache: { load: () => answer(undefined) as never, save: () => answer(undefined) as never },
        onProgress: ({ type }) => told(type),
        hub: { attestation: () => answer(symmetricKey(KEY)) as Attestation, onState: ({ type }) => told(type) },
      }),
    ),
  'openDevice, lean': (server, signal, answer, told) =>
    lean.openDevice({
      ...atService(server, { signal, onPacket: (direction) => told(direction) }),
      transport: server,
      cache: { load: () => answer(undefined) as never, save: () => answer(undefined) as never },
      hub: { attestation: () => answer(symmetricKey(KEY)) as Attestation, onState: ({ type }) => told(type) },
    }),
  provision: (server, signal, answer, told) =>
    provision(
      atService(server, {
        signal,
        attestation: { ...symmetricKey(KEY), password: () => answer('SharedAccessSignature') as string },
        onProgress: ({ type }) => told(type),
        onPacket: (direction) => told(direction),
      }),
    ),
};

/** Opens, and aborts at this moment or at the n-th call of a callback. Returns what is wrong afterwards, and how often a callback was called. */
async function play(
  opening: Opening,
  answer: (typeof ANSWERS)[string],
  { moment, nth }: { moment?: Moment; nth?: number },
): Promise<{ wrong: unknown[]; calls: number }> {
  const server = azure();
  const controller = new AbortController();
  const promises = new Promises();
  let calls = 0;
  const told = (): void => {
    if (++calls !== nth) return;
    controller.abort(REASON);
    throw new Error('a callback that throws');
  };
  const opened = promises.add(opening(server, controller.signal, answer, told));
  if (moment) await until(moment).then(() => controller.abort(REASON));
  await promises.settled();
  const device = await opened;
  if (device && 'close' in device) void promises.add(device.close({ drainMs: 0 }));
  await promises.settled();
  for (let turns = 60; turns > 0 && (server.open || vi.getTimerCount()); turns--) await turn();
  const left = {
    pending: promises.pending,
    open: server.open,
    timers: vi.getTimerCount(),
    listeners: getEventListeners(controller.signal, 'abort').length,
  };
  const dials = server.peers.length;
  for (let turns = 20; turns > 0; turns--) await turn();
  return {
    calls,
    wrong: [
      ...promises.outcomes.filter((outcome) => outcome !== 'done' && outcome !== REASON),
      ...Object.entries({ ...left, 'dials afterwards': server.peers.length - dials })
        .filter(([, count]) => count !== 0)
        .map(([what, count]) => `${what}: ${count}`),
    ],
  };
}

const PLAYS = Object.entries(OPENINGS).flatMap(([what, opening]) =>
  ['at once', 'by a promise', 'by a thenable that settles twice, in two turns'].map(
    (answers) => [what, answers, opening, ANSWERS[answers]!] as const,
  ),
);

test.each(PLAYS)(
  'an abort at every turn of %s, where the application answers %s, leaves nothing open',
  async (...given) => {
    const [, , opening, answer] = given;
    const wrong: unknown[] = [];
    const complaints = await complaintsDuring(async () => {
      for (const moment of moments(TURNS))
        for (const fault of (await play(opening, answer, { moment })).wrong) wrong.push({ ...moment, fault });
    });
    expect([...wrong, ...complaints]).toEqual([]);
  },
);

test.each(PLAYS)(
  'an abort from within the n-th callback of %s, where the application answers %s, for every n',
  async (...given) => {
    const [, , opening, answer] = given;
    const wrong: unknown[] = [];
    let nth = 0;
    const complaints = await complaintsDuring(async () => {
      for (let called = true; called; ) {
        const played = await play(opening, answer, { nth: ++nth });
        for (const fault of played.wrong) wrong.push({ nth, fault });
        called = played.calls >= nth;
      }
    });
    expect([...wrong, ...complaints]).toEqual([]);
    expect(nth).toBeGreaterThan(3);
  },
);

/** A device that is online, and its server. */
async function online(options: Partial<HubOptions> = {}) {
  const server = azure();
  const promises = new Promises();
  const opened = promises.add(connectHub(atHub(server, options)));
  await promises.settled();
  const device = (await opened)!;
  const close = async (): Promise<void> => {
    void promises.add(device.close({ drainMs: 0 }));
    await promises.settled();
  };
  return { server, device, close };
}

test.each<[string, (device: Awaited<ReturnType<typeof online>>['device'], signal: AbortSignal) => Promise<unknown>]>([
  ['twin.get', ({ twin }, signal) => twin.get({ signal })],
  ['twin.report', ({ twin }, signal) => twin.report({ a: 1 }, { signal })],
  ['send', (device, signal) => device.send('x', { signal })],
])('%s with a signal that has aborted rejects with its reason, and nothing is sent', async (_what, call) => {
  const { server, device, close } = await online();
  await expect(call(device, AbortSignal.abort(REASON))).rejects.toBe(REASON);
  for (let turns = 10; turns > 0; turns--) await turn();
  expect(sent(server)).toEqual([]);
  await close();
});

describe('a signal whose reason is an error of ours, from another call', () => {
  const REASONS: Record<string, () => Error> = {
    ProvisioningError: () => new ProvisioningError('throttled', 'register', 'of another call'),
    HubError: () => new HubError('connection-lost', 'online', {}, 'of another call'),
    MqttError: () => new MqttError('connection-lost', 'online', {}, 'of another call'),
    'frozen HubError': () => Object.freeze(new HubError('connection-lost', 'online', {}, 'of another call')),
  };
  const CALLS: Record<string, (signal: AbortSignal) => Promise<unknown>> = {
    provision: (signal) => provision(atService(azure(), { signal })),
    openDevice: (signal) => openDevice(atService(azure(), { signal })),
    connectHub: (signal) => connectHub(atHub(azure(), { signal })),
    'openDevice, lean': (signal) => lean.openDevice({ ...atService(azure(), { signal }), transport: azure(), hub: {} }),
    connect: (signal) => connect({ host: 'turns.test', clientId: 'c', transport: azure(), signal, timeoutMs: 300 }),
    async send(signal) {
      const { device, close } = await online();
      return device.send('x', { signal }).finally(close);
    },
    async 'twin.get'(signal) {
      const { device, close } = await online();
      return device.twin.get({ signal }).finally(close);
    },
  };

  test.each(
    Object.keys(CALLS).flatMap((call) =>
      Object.keys(REASONS).flatMap((reason) => [
        [call, reason, 'before the call'] as const,
        [call, reason, 'a turn later'] as const,
      ]),
    ),
  )('%s rejects with that %s as it is, aborted %s', async (call, named, when) => {
    const reason = REASONS[named]!();
    const { message: said, stack } = reason;
    const controller = new AbortController();
    if (when === 'before the call') controller.abort(reason);
    const promises = new Promises();
    void promises.add(CALLS[call]!(controller.signal));
    await turn();
    controller.abort(reason);
    await promises.settled();
    // A call may have been answered before it was aborted.
    if (when === 'before the call' || promises.outcomes[0] !== 'done') expect(promises.outcomes[0]).toBe(reason);
    expect([reason.message, reason.stack]).toEqual([said, stack]);
  });
});
