import { type HubError, openDevice, symmetricKey } from '@mote/client';
import type { Packet } from 'mqtt-packet';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openDeviceOver } from '../../../packages/client/src/device/device-over.ts';
import type { OpenDeviceOptionsBase } from '../../../packages/client/src/device/open-device-options.ts';
import { type LoopbackServer, message } from '../mqtt/server.ts';
import { KEY } from './at-emulator.ts';
import { World } from './environment.ts';
import { scripted } from './scripted-hub.ts';

// What a device promises its caller, whatever the hub and the caller do: every promise settles, every loop ends, nothing stays behind.

const C2D = 'devices/dev/messages/devicebound/';
const DESIRED = '$iothub/twin/PATCH/properties/desired/?$version=';
const ridOf = (topic: string): string => /\$rid=([^&]+)/.exec(topic)![1]!;
const twin = (version: number, desired: object = {}): string =>
  JSON.stringify({ desired: { ...desired, $version: version }, reported: { $version: 1 } });
const pubacks = (server: LoopbackServer) =>
  server.received.flatMap((packet) => (packet.cmd === 'puback' ? [packet.messageId] : []));
const published = (server: LoopbackServer, topic: RegExp): (Packet & { cmd: 'publish' })[] =>
  server.received.filter((packet) => packet.cmd === 'publish' && topic.test(packet.topic)) as never;
const whole =
  (version: number) =>
  (topic: string, _packet: unknown, { say }: { say: (packet: Packet) => void }) => {
    if (topic.startsWith('$iothub/twin/GET')) say(message(`$iothub/twin/res/200/?$rid=${ridOf(topic)}`, twin(version)));
  };

describe('two loops over messages at once', () => {
  test('both get each message, and it is acknowledged once, when both are done', async () => {
    const { server, device } = await scripted();
    const [one, two] = [device.messages(), device.messages()];
    await Promise.all([one.granted, two.granted]);
    server.peer.say(message(C2D, 'a', 1, 11));
    expect([(await one.next()).value?.text(), (await two.next()).value?.text()]).toEqual(['a', 'a']);
    void one.next();
    await device.send('heard');
    expect(pubacks(server)).toEqual([]);
    void two.next();
    await server.until(() => pubacks(server).length > 0);
    expect(pubacks(server)).toEqual([11]);
  });

  test('one that is left early leaves the other as it was, and the hub is told when both are left', async () => {
    const { server, device } = await scripted();
    const [one, two] = [device.messages(), device.messages()];
    await Promise.all([one.granted, two.granted]);
    await one.return();
    expect(server.count('unsubscribe')).toBe(0);
    server.peer.say(message(C2D, 'a', 1, 11));
    expect((await two.next()).value?.text()).toBe('a');
    await two.return();
    await server.until(() => server.count('unsubscribe') === 1);
    expect(pubacks(server)).toEqual([11]);
  });
});

describe('a loop that is left', () => {
  test.each(['at once', 'twice', 'while it waits', 'with a message in hand', 'without a connection'])(
    'over messages, %s: it has ended, and says so',
    async (how) => {
      const { server, device } = await scripted();
      const loop = device.messages();
      if (how !== 'at once') await loop.granted;
      const waiting = how === 'while it waits' ? loop.next() : undefined;
      if (how === 'with a message in hand') {
        server.peer.say(message(C2D, 'a', 1, 11));
        await loop.next();
      }
      if (how === 'without a connection') {
        server.reply = () => true;
        server.peer.socket.destroy();
      }
      expect(await loop.return()).toEqual({ done: true, value: undefined });
      if (how === 'twice') expect(await loop.return()).toEqual({ done: true, value: undefined });
      if (waiting) expect(await waiting).toEqual({ done: true, value: undefined });
      expect(await loop.next()).toEqual({ done: true, value: undefined });
    },
  );

  test.each(['at once', 'twice', 'while it waits', 'between two changes'])(
    'over desired properties, %s: it has ended, and others go on',
    async (how) => {
      const { server, device } = await scripted(whole(3));
      const [loop, other] = [device.twin.desired(), device.twin.desired()];
      const waiting = how === 'while it waits' ? loop.next() : undefined;
      if (how === 'between two changes') await loop.next();
      const ended = await loop.return();
      expect(ended).toEqual({ done: true, value: undefined });
      if (how === 'twice') expect(await loop.return()).toEqual(ended);
      if (waiting) expect((await waiting).done).toBe(true);
      expect(await loop.next()).toEqual(ended);
      expect((await other.next()).value).toMatchObject({ version: 3, complete: true });
      server.peer.say(message(`${DESIRED}4`, '{"a":1,"$version":4}'));
      expect((await other.next()).value).toMatchObject({ version: 4 });
    },
  );

  test('with break, return and throw in its body', async () => {
    const { device } = await scripted(whole(3));
    for (const leave of ['break', 'throw']) {
      const run = async () => {
        for await (const _ of device.twin.desired()) {
          if (leave === 'break') break;
          throw new Error('of the body');
        }
      };
      if (leave === 'break') await run();
      else await expect(run()).rejects.toThrow('of the body');
    }
    await device.close({ drainMs: 0 });
    for (const begin of [() => device.messages(), () => device.twin.desired()])
      expect(begin).toThrow(expect.objectContaining({ code: 'closed' }));
  });
});

describe('a method handler', () => {
  const call = (server: LoopbackServer, name: string, rid: string) =>
    server.peer.say(message(`$iothub/methods/POST/${name}/?$rid=${rid}`, ''));
  const answers = (server: LoopbackServer) =>
    published(server, /methods\/res/).map(({ topic, payload }) => `${topic.slice(20)} ${payload}`);

  test('that is replaced answers the call that it has; the next goes to the new one, and then to nobody', async () => {
    const { server, device } = await scripted();
    let release: () => void = () => {};
    await device.onMethod('m', () => new Promise((resolve) => (release = () => resolve({ payload: 'old' }))));
    call(server, 'm', '1');
    await device.send('the call was heard');
    await device.onMethod('m', () => ({ payload: 'new' }));
    call(server, 'm', '2');
    await server.until(() => answers(server).length === 1);
    release();
    await server.until(() => answers(server).length === 2);
    device.offMethod('m');
    call(server, 'm', '3');
    await server.until(() => answers(server).length === 3);
    expect(answers(server)).toEqual(['200/?$rid=2 "new"', '200/?$rid=1 "old"', '404/?$rid=3 ']);
  });

  test.each<[what: string, handler: () => unknown, answer: string]>([
    [
      'throws',
      () => {
        throw new Error('secret');
      },
      '500/?$rid=1 ',
    ],
    [
      'throws nothing',
      () => {
        throw undefined;
      },
      '500/?$rid=1 ',
    ],
    ['rejects', () => Promise.reject(new Error('secret')), '500/?$rid=1 '],
    ['returns nothing', () => undefined, '200/?$rid=1 '],
    ['returns null', () => null, '200/?$rid=1 '],
    ['returns a number', () => 5, '200/?$rid=1 '],
    ['has a status of 0', () => ({ status: 0 }), '0/?$rid=1 '],
    ['has a status below zero', () => ({ status: -1 }), '-1/?$rid=1 '],
    ['has the largest status', () => ({ status: 2 ** 31 - 1 }), '2147483647/?$rid=1 '],
    ['has the least status', () => ({ status: -(2 ** 31) }), '-2147483648/?$rid=1 '],
    ['has too large a status', () => ({ status: 2 ** 31 }), '500/?$rid=1 '],
    ['has too small a status', () => ({ status: -(2 ** 31) - 1 }), '500/?$rid=1 '],
    ['has half a status', () => ({ status: 200.5 }), '500/?$rid=1 '],
    ['has no number as its status', () => ({ status: Number.NaN }), '500/?$rid=1 '],
    ['has a text as its status', () => ({ status: '200' }), '500/?$rid=1 '],
    ['has a payload that is no JSON', () => ({ payload: () => {} }), '500/?$rid=1 '],
    [
      'has a payload that refers to itself',
      () => {
        const a: unknown[] = [];
        a.push(a);
        return { payload: a };
      },
      '500/?$rid=1 ',
    ],
    ['has too large a payload', () => ({ payload: 'x'.repeat(131_071) }), '500/?$rid=1 '],
    [
      'has a getter that throws',
      () => ({
        get payload() {
          throw new Error('x');
        },
      }),
      '500/?$rid=1 ',
    ],
  ])('that %s', async (_what, handler, answer) => {
    const { server, device } = await scripted();
    await device.onMethod('m', handler as never);
    call(server, 'm', '1');
    await server.until(() => answers(server).length === 1);
    expect(answers(server)).toEqual([answer]);
    expect(device.state.type).toBe('online');
  });
});

describe('a batch', () => {
  test('of a value that the hub would refuse rejects that value, and the next is sent', async () => {
    const { server, device } = await scripted();
    const batch = device.batch({ maxBytes: 64, maxDelayMs: 0 });
    await expect(batch.send('x'.repeat(262_144))).rejects.toMatchObject({ code: 'too-large', limit: 262_144 });
    await expect(batch.send(() => {})).rejects.toMatchObject({ code: 'invalid-options' });
    await batch.send('fits');
    expect(published(server, /events/).map(({ payload }) => String(payload))).toEqual(['["fits"]']);
  });

  test('whose properties leave no room sends each value alone', async () => {
    const { server, device } = await scripted();
    const batch = device.batch({ maxBytes: 64, properties: { a: 'x'.repeat(100) } });
    await Promise.all([batch.send(1), batch.send(2), batch.send(3)]);
    expect(published(server, /events/).map(({ payload }) => String(payload))).toEqual(['[1]', '[2]', '[3]']);
  });

  test('of a device that has closed rejects at once, and leaves no timer', async () => {
    const { device } = await scripted();
    const batch = device.batch({ maxDelayMs: 86_400_000 });
    await device.close();
    await expect(batch.send(1)).rejects.toMatchObject({ code: 'closed' });
    await batch.flush();
  });

  test('of a device that ends by itself rejects what it holds, with the reason', async () => {
    const { server, device } = await scripted();
    const batch = device.batch({ maxDelayMs: 86_400_000 });
    const held = batch.send(1).catch((error: unknown) => error);
    server.reply = (packet, peer) => {
      if (packet.cmd === 'connect') peer.say({ cmd: 'connack', returnCode: 1, sessionPresent: false });
      return packet.cmd === 'connect';
    };
    server.peer.socket.destroy();
    expect(await held).toMatchObject({ name: 'HubError', code: 'connection-refused', returnCode: 1 });
    await expect(batch.send(2)).rejects.toMatchObject({ returnCode: 1 });
  });
});

describe('a queue that is full', () => {
  test.each<[whenFull: 'reject' | 'drop-oldest' | 'drop-newest', codes: (string | undefined)[]]>([
    ['reject', ['closed', 'queue-full', 'queue-full']],
    ['drop-newest', ['closed', 'queue-full', 'queue-full']],
    ['drop-oldest', ['queue-full', 'queue-full', 'closed']],
  ])('%s: each of three messages at once is told what came of it', async (whenFull, codes) => {
    const { server, device } = await scripted(undefined, { queue: { maxMessages: 1, whenFull } });
    server.reply = () => true;
    server.peer.socket.destroy();
    await server.until(() => server.peers.length > 1);
    const sent = [1, 2, 3].map((body) =>
      device.send(body).then(
        () => undefined,
        (error: HubError) => error.code,
      ),
    );
    await device.close({ drainMs: 0 });
    expect(await Promise.all(sent)).toEqual(codes);
    expect(device.dropped).toBe(2);
  });
});

describe('in virtual time', () => {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'Date', 'performance'],
    });
  });
  afterEach(() => vi.useRealTimers());

  const never = () => new Promise<never>(() => {});
  function open(world: World, options: Partial<OpenDeviceOptionsBase> = {}, provision = () => world.provision()) {
    const states: string[] = [];
    const opening = openDeviceOver(
      {
        idScope: '0ne00ABCDEF',
        registrationId: 'dev',
        attestation: symmetricKey(KEY),
        ...options,
        hub: { onState: ({ type }) => states.push(type), ...options.hub },
      },
      provision,
      () => [world.transport],
    );
    return { opening, states };
  }

  test.each<[state: string, prepare: (world: World) => void, provision?: () => Promise<never>]>([
    ['provisioning', () => {}, never],
    [
      'connecting',
      (world) => {
        world.silent = true;
      },
    ],
    [
      'waiting',
      (world) => {
        world.portal = true;
      },
    ],
    [
      'waiting',
      (world) => {
        world.returnCode = 3;
        world.refuses = true;
      },
    ],
  ])(
    'a signal that aborts while %s: rejected with its reason, nothing is asked or dialled behind it',
    async (state, prepare, provision) => {
      const world = new World();
      prepare(world);
      const ended = new AbortController();
      const { opening, states } = open(world, { signal: ended.signal }, provision);
      const outcome = opening.catch((error: unknown) => error);
      for (let turn = 0; turn < 200 && states.at(-1) !== state; turn++) await vi.advanceTimersByTimeAsync(1);
      expect(states.at(-1)).toBe(state);
      const reason = new Error('enough');
      ended.abort(reason);
      await vi.advanceTimersByTimeAsync(50);
      expect(await outcome).toBe(reason);
      const before = [world.asked.length, world.dials.length];
      await vi.advanceTimersByTimeAsync(3_600_000);
      expect([world.asked.length, world.dials.length]).toEqual(before);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  test('a device that is closed while the service is asked again: the question is given up, and nothing follows', async () => {
    const world = new World();
    let asked = 0;
    const provision = () => (asked++ === 0 ? world.provision() : never());
    const { opening, states } = open(world, {}, provision);
    await vi.advanceTimersByTimeAsync(100);
    const device = await opening;
    device.reprovision();
    await vi.advanceTimersByTimeAsync(100);
    expect(states.at(-1)).toBe('provisioning');
    const sent = device.send('x').catch((error: unknown) => error);
    const closed = device.close({ drainMs: 100 });
    await vi.advanceTimersByTimeAsync(1000);
    await closed;
    expect(await sent).toMatchObject({ code: 'closed' });
    expect([states.at(-1), asked]).toEqual(['closed', 2]);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('an attestation that never comes is an outage: the time limit holds, and later the device waits and says so', async () => {
    const world = new World();
    const late = open(world, { timeoutMs: 60_000, hub: { attestation: never } });
    const outcome = late.opening.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(61_000);
    expect(await outcome).toMatchObject({ name: 'HubError', code: 'timed-out' });
    let hangs = false;
    const key = symmetricKey(KEY);
    const { opening, states } = open(world, { hub: { attestation: () => (hangs ? never() : key) } });
    await vi.advanceTimersByTimeAsync(100);
    const device = await opening;
    hangs = true;
    world.cut();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(states.filter((type) => type === 'waiting').length).toBeGreaterThan(1);
    hangs = false;
    await vi.advanceTimersByTimeAsync(300_000);
    expect(states.at(-1)).toBe('online');
    await Promise.all([device.close({ drainMs: 0 }), vi.advanceTimersByTimeAsync(1000)]);
  });
});

test('openDevice with a signal that has aborted asks nobody', async () => {
  const reason = new Error('before');
  await expect(
    openDevice({
      idScope: '0ne00ABCDEF',
      registrationId: 'dev',
      attestation: symmetricKey(KEY),
      endpoint: '127.0.0.1:1',
      signal: AbortSignal.abort(reason),
    }),
  ).rejects.toBe(reason);
});
