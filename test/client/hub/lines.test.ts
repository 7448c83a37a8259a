import { existsSync, readFileSync } from 'node:fs';
import { connectHub, type HubDevice, symmetricKey, tcpTransport } from '@mote/client';
import type { Packet } from 'mqtt-packet';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openDeviceOver } from '../../../packages/client/src/device/device-over.ts';
import type { AssignmentCache, CachedAssignment } from '../../../packages/client/src/device/open-device-options.ts';
import type { DeviceState } from '../../../packages/client/src/hub/life-options.ts';
import { LoopbackServer, message } from '../mqtt/server.ts';
import { KEY, kept } from './at-emulator.ts';
import { World } from './environment.ts';

// The rules of a device's life, and what recordings of official SDKs teach a device, line by line, and the tests that show it: file
// below test/client/hub, words of the title. A few have theirs here.

const LINES: Readonly<Record<string, readonly (readonly [file: string, words: string])[]>> = {
  // The life of a device.
  'a hub that is cached is dialled, without the service': [
    [
      'open-device.test.ts',
      'is written before the hub is dialled, whole and for its owner, and saves the service the next time',
    ],
  ],
  'no entry, or one of another device: the service': [['open-device.test.ts', 'with %s counts as empty, and is told']],
  'the delays of hub and service are apart': [
    ['life.test.ts', 'that fails is asked again, later than it says'],
    ['lines.test.ts', 'the same hub again does not begin the delays anew'],
  ],
  'CONNACK 2, 4, 5: a new token once, the service once, then delays': [
    ['life.test.ts', 'by CONNACK %i: once a fresh token, once the service, and then only delays'],
    ['life.test.ts', 'and takes it again begins everything anew only when the link has stood'],
    ['hand-made-hub.test.ts', 'that is refused is tried once more with a fresh token, by the other key, and then told'],
  ],
  'CONNACK 1: stop': [['lines.test.ts', 'CONNACK 1 ends the device, and asks nobody']],
  'CONNACK 3, a close, a time-out: delays': [
    ['lines.test.ts', 'CONNACK 3 is no refusal: nine of them ask nobody, the tenth asks the service'],
    ['life.test.ts', 'ten times in a row: the service is asked'],
  ],
  'DNS, trust and proxy: delays, never the service': [
    ['life.test.ts', 'as %s at %s says nothing of it: the service is never asked'],
  ],
  'ten in a row, or fifteen minutes: the service': [
    ['life.test.ts', 'ten times in a row: the service is asked'],
    ['life.test.ts', 'for fifteen minutes: the service is asked'],
  ],
  'the same hub again: back to its delays, without a reset': [
    ['lines.test.ts', 'the same hub again does not begin the delays anew'],
  ],
  'failed and disabled: delays of the service, not below its retry-after': [
    ['life.test.ts', 'that fails is asked again, later than it says'],
    ['open-device.test.ts', 'waits while the service says failed'],
  ],
  'a profile that is not classic: stop': [
    ['life.test.ts', 'that gives a hub of another profile ends it, saved nowhere'],
    ['open-device.test.ts', 'is not dialled'],
  ],
  'the entry has no secret': [['lines.test.ts', 'the entry holds these fields and no secret']],
  'the entry counts for its credential, until its certificate ends': [
    ['cache-entry.test.ts', 'another key is another credential: the service is asked, and the entry replaced'],
    ['cache-entry.test.ts', 'the entry has its fingerprint and its end; another one is another credential'],
  ],
  'the entry is written before the first dial': [
    ['life.test.ts', 'that gives another hub: saved before it is dialled'],
  ],
  'the entry is replaced by another assignment alone': [
    ['lines.test.ts', 'the entry stays while the service fails, and is replaced by what it assigns'],
  ],
  'each state is told once': [
    [
      'life.test.ts',
      'every event in every state: no state is told twice, nothing is asked twice, nothing follows the end',
    ],
    ['month.test.ts', 'no state is told twice'],
  ],
  // What recordings teach.
  '2 what was not acknowledged comes again with DUP, and its promise waits': [
    ['hand-made-hub.test.ts', 'that was not acknowledged before a cut is sent again, and its promise waits'],
  ],
  '3 a new session: everything is subscribed to again; the same one: nothing': [
    ['lines.test.ts', 'Session Present %s after a cut: %i filters are subscribed to again'],
  ],
  '4 PUBACK behind the work, and nothing lost that comes before the loop': [
    ['device.test.ts', 'are acknowledged when the loop body is done'],
    ['lines.test.ts', 'what comes right behind CONNACK of a session that goes on waits for its loop, unacknowledged'],
  ],
  '6 no $rid comes twice': [['hand-made-hub.test.ts', 'before the question: no id can be guessed']],
  '9 model id and agent are encoded': [['hand-made-hub.test.ts', 'says what the service documents']],
  '11 sr with %2F, sr sig se, no skn': [['hand-made-hub.test.ts', 'says what the service documents']],
  '12 CONNACK 5 is not hammered': [
    ['life.test.ts', 'by CONNACK %i: once a fresh token, once the service, and then only delays'],
    ['month.test.ts', 'nothing is dialled or asked faster than its ladder'],
  ],
  '13 system properties first, null and empty kept apart': [
    ['hand-made-hub.test.ts', 'is published as the service documents, at QoS 1'],
  ],
  '14 an unknown method is answered at once': [
    ['device.test.ts', 'are answered by their handlers, and in their place by 404, 500 and 400'],
  ],
  '15 an error is told by its status, with or without a body': [['hand-made-hub.test.ts', 'with status %i and %s']],
  '17 a renewal says DISCONNECT, and loses nothing': [['renewal.test.ts', 'a token']],
  '18 SUBACK 80 is told': [['hand-made-hub.test.ts', 'does not grant the filter']],
};

test.each(Object.entries(LINES))('%s', (_line, claims) => {
  for (const [file, words] of claims) {
    const path = new URL(file, import.meta.url);
    expect(existsSync(path), file).toBe(true);
    // In this file the words stand in the table, too.
    const times = readFileSync(path, 'utf8').split(`'${words}'`).length - 1;
    expect(times, `${file}: ${words}`).toBeGreaterThan(file === 'lines.test.ts' ? LINES_THAT_SAY.get(words)! : 0);
  }
});

/** How often the table itself says these words. */
const LINES_THAT_SAY = new Map<string, number>();
for (const [, words] of Object.values(LINES).flat()) LINES_THAT_SAY.set(words, (LINES_THAT_SAY.get(words) ?? 0) + 1);

describe('in virtual time', () => {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'Date', 'performance'],
    });
    // The longest delay of each step: what the ladder allows.
    vi.spyOn(Math, 'random').mockReturnValue(0.999_999);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  class Memory implements AssignmentCache {
    saved: CachedAssignment[] = [];
    events: string[] = [];
    #entry: CachedAssignment | undefined;

    constructor(entry?: CachedAssignment) {
      this.#entry = entry;
    }

    load(): CachedAssignment | undefined {
      return this.#entry;
    }

    save(entry: CachedAssignment): void {
      this.saved.push(entry);
    }
  }

  const cached = (assignedHub = 'hub-1.test'): CachedAssignment => ({
    assignedHub,
    deviceId: 'dev',
    idScope: '0ne00ABCDEF',
    registrationId: 'dev',
    savedAt: '2026-11-27T00:00:00.000Z',
  });

  /** Opens a device in this world, and lets time pass. */
  async function opened(world: World, cache: Memory, ms: number) {
    const states: DeviceState[] = [];
    let device: HubDevice | undefined;
    let error: unknown;
    const opening = openDeviceOver(
      {
        idScope: '0ne00ABCDEF',
        registrationId: 'dev',
        attestation: symmetricKey(KEY),
        timeoutMs: 2_000_000_000,
        cache,
        hub: { onState: (state) => states.push(state) },
      },
      () => world.provision(),
      () => [world.transport],
    ).then(
      (opened) => {
        device = opened;
      },
      (reason: unknown) => {
        error = reason;
      },
    );
    await vi.advanceTimersByTimeAsync(ms);
    return { states, device: () => device, error: () => error, opening };
  }

  test('CONNACK 1 ends the device, and asks nobody', async () => {
    const world = new World();
    world.refuses = true;
    world.returnCode = 1;
    const { states, error } = await opened(world, new Memory(cached()), 3_600_000);
    expect(error()).toMatchObject({ name: 'HubError', code: 'connection-refused', returnCode: 1, retryable: false });
    expect([world.dials.length, world.asked.length, states.map(({ type }) => type)]).toEqual([
      1,
      0,
      ['connecting', 'stopped'],
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('CONNACK 3 is no refusal: nine of them ask nobody, the tenth asks the service', async () => {
    const world = new World();
    world.refuses = true;
    world.returnCode = 3;
    const { states, device } = await opened(world, new Memory(cached()), 0);
    while (world.dials.length < 10) {
      expect(world.asked).toEqual([]);
      await vi.advanceTimersByTimeAsync(100);
    }
    await vi.advanceTimersByTimeAsync(1000);
    expect(world.asked).toHaveLength(1);
    const causes = states.flatMap((state) => (state.type === 'waiting' ? [state.cause.returnCode] : []));
    expect(new Set(causes)).toEqual(new Set([3]));
    world.refuses = false;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(device()?.state.type).toBe('online');
    await Promise.all([device()?.close({ drainMs: 0 }), vi.advanceTimersByTimeAsync(1000)]);
  });

  test('the same hub again does not begin the delays anew', async () => {
    const world = new World();
    world.refuses = true;
    const { states, device } = await opened(world, new Memory(cached()), 1_800_000);
    const delays = states.flatMap((state) => (state.type === 'waiting' ? [state.delayMs] : []));
    expect(world.asked.length).toBeGreaterThan(1);
    // Full jitter at its longest: each delay is at least the one before it, up to the longest of all.
    const grown = delays.filter((delay) => delay > 0);
    grown.forEach((delay, at) => {
      expect(delay, `${grown}`).toBeGreaterThanOrEqual(Math.min(59_000, grown[at - 1] ?? 0));
    });
    expect(Math.max(...grown)).toBeLessThanOrEqual(60_000);
    world.refuses = false;
    await vi.advanceTimersByTimeAsync(120_000);
    await Promise.all([device()?.close({ drainMs: 0 }), vi.advanceTimersByTimeAsync(1000)]);
  });

  test('the entry stays while the service fails, and is replaced by what it assigns', async () => {
    const world = new World();
    const cache = new Memory(cached('gone.test'));
    world.serviceFails = true;
    const { device } = await opened(world, cache, 3_600_000);
    expect(world.asked.length).toBeGreaterThan(1);
    expect(cache.saved).toEqual([]);
    world.serviceFails = false;
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(device()?.state).toMatchObject({ type: 'online', hostName: 'hub-1.test' });
    expect(cache.saved.map(({ assignedHub }) => assignedHub)).toEqual(['hub-1.test']);
    await Promise.all([device()?.close({ drainMs: 0 }), vi.advanceTimersByTimeAsync(1000)]);
  });

  test('the entry holds these fields and no secret', async () => {
    const cache = new Memory();
    const { device } = await opened(new World(), cache, 1000);
    expect(cache.saved.map((entry) => Object.keys(entry).sort())).toEqual([
      [
        ...['assignedHub', 'certificateNotAfter', 'connectionProfile', 'deviceId', 'idScope', 'keyFingerprint'],
        ...['registrationId', 'savedAt'],
      ],
    ]);
    expect(JSON.stringify(cache.saved)).not.toContain(KEY);
    await Promise.all([device()?.close({ drainMs: 0 }), vi.advanceTimersByTimeAsync(1000)]);
  });
});

describe('at a hub made by hand', () => {
  const hub = (sessionPresent: () => boolean, behind: (say: (packet: Packet) => void) => void = () => {}) =>
    LoopbackServer.listen((packet, peer) => {
      if (packet.cmd === 'connect') {
        peer.say({ cmd: 'connack', returnCode: 0, sessionPresent: sessionPresent() });
        behind(peer.say);
        return true;
      }
      if (packet.cmd !== 'publish' || !packet.topic.includes('twin/GET')) return false;
      const rid = /\$rid=([^&]+)/.exec(packet.topic)![1];
      peer.say(message(`$iothub/twin/res/200/?$rid=${rid}`, '{"desired":{"$version":1},"reported":{"$version":1}}'));
      return true;
    });

  const deviceAt = async (server: LoopbackServer) =>
    kept(
      await connectHub({
        hostName: 'hub-1.example.net',
        deviceId: 'dev',
        attestation: symmetricKey(KEY),
        endpoint: `127.0.0.1:${server.port}`,
        transport: tcpTransport,
        retry: { baseMs: 1 },
      }),
    );

  test.each([
    [true, 0],
    [false, 4],
  ])('Session Present %s after a cut: %i filters are subscribed to again', async (present, count) => {
    let links = 0;
    const server = kept(await hub(() => links++ > 0 && present));
    const device = await deviceAt(server);
    const messages = device.messages();
    await messages.granted;
    await device.onMethod('m', () => ({ status: 200 }));
    const changes = device.twin.desired();
    await changes.next();
    server.peer.socket.destroy();
    await server.until(() => server.peers.length === 2 && server.peer.received.length > 0);
    await device.twin.get();
    await device.send('x');
    const again = server.peer.received.flatMap((packet) =>
      packet.cmd === 'subscribe' ? packet.subscriptions.map(({ topic }) => topic) : [],
    );
    expect(new Set(again).size).toBe(count);
    expect(again).toHaveLength(count);
  });

  test('what comes right behind CONNACK of a session that goes on waits for its loop, unacknowledged', async () => {
    const server = kept(
      await hub(
        () => true,
        (say) => say(message('devices/dev/messages/devicebound/%24.mid=waited', 'waited', 1, 41)),
      ),
    );
    const device = await deviceAt(server);
    await device.send('telemetry first');
    expect(server.count('puback')).toBe(0);
    const messages = device.messages();
    expect((await messages.next()).value).toMatchObject({ messageId: 'waited' });
    expect(server.count('puback')).toBe(0);
    await messages.return();
    await server.until(() => server.count('puback') === 1);
  });
});
