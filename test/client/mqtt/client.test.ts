import type { Packet } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { memoryStore, type SessionStore } from '../../../packages/client/src/mqtt/store.ts';
import { codeOf, Machine } from './machine.ts';
import { message } from './server.ts';

const failure = (kind: string, retryable = true): object => Object.assign(new Error(kind), { kind, retryable });

describe('how it comes back', () => {
  test('the ladder grows over links that do not stand, and begins anew after one that has', () => {
    const machine = new Machine();
    const pauses = (): number[] => machine.states.flatMap((state) => (state.type === 'waiting' ? [state.delayMs] : []));
    for (let i = 0; i < 4; i++) machine.online().advance(10).lost().advance(5000);
    expect(pauses()).toEqual([500, 1000, 2000, 4000]);
    machine.online();
    for (let i = 0; i < 3; i++) machine.advance(10_000).hears({ cmd: 'pingresp' });
    machine.lost();
    expect(pauses().at(-1)).toBe(500);
  });

  test('each route is tried at once when the path fails, and the one that stood is the first', () => {
    const machine = new Machine({ routes: 2 });
    machine.lost(failure('tcp'));
    expect(machine.dials).toEqual([0, 1]);
    machine.online().lost();
    machine.advance(1000);
    expect(machine.dials).toEqual([0, 1, 1]);
    machine.lost(failure('tls'));
    machine.advance(60_000);
    expect(machine.dials.slice(3, 5)).toEqual([1, 0]);
  });

  test('a dial that meets silence is given up, sooner while there is another route', () => {
    const machine = new Machine({ routes: 2 });
    machine.advance(9999);
    expect(machine.dials).toEqual([0]);
    machine.advance(1);
    expect(machine.dials).toEqual([0, 1]);
    machine.advance(29_999);
    expect(machine.dials).toEqual([0, 1]);
    machine.advance(1);
    expect(machine.states.at(-1)).toMatchObject({ type: 'waiting', cause: { code: 'timed-out' } });
  });

  test('a server that does not answer CONNECT is given up', () => {
    const machine = new Machine().connected().advance(30_000);
    expect(machine.states.at(-1)).toMatchObject({ type: 'waiting', cause: { code: 'timed-out', stage: 'connect' } });
  });

  test('a link that is half-open is noticed, and what was under way is sent again', () => {
    const machine = new Machine().online();
    const published = machine.publish(1);
    while (machine.client.state().type === 'online') machine.advance(1000);
    expect(machine.now).toBeLessThanOrEqual(60 * 2600);
    expect(machine.states.map(({ type }) => type)).toContain('waiting');
    expect(machine.states.find(({ type }) => type === 'waiting')).toMatchObject({
      cause: { code: 'connection-lost', reason: 'no-pingresp' },
    });
    machine.sent.length = 0;
    machine.advance(1000).online(true).hears('40020001');
    expect(published.outcome).toBe('done');
    expect(machine.sent.join()).toContain('3a060001610001' + '78');
  });

  test('retry.attempts ends it, with the last error for everybody', () => {
    const machine = new Machine({
      retry: { attempts: 1, baseMs: 1, capMs: 1, standMs: 1, silenceMs: 1000 },
    });
    const published = machine.publish(1);
    machine.lost(failure('dns')).advance(10).lost(failure('dns'));
    expect(machine.states.at(-1)).toMatchObject({ type: 'stopped', error: { code: 'connect-failed' } });
    expect(published.outcome).toMatchObject({ code: 'connect-failed' });
    expect(machine.actions.at(-1)).toEqual({ type: 'end' });
  });
});

describe('a server that answers pings and not what it was asked', () => {
  /** Seconds of a server that acknowledges each PINGREQ. */
  function pingedFor(machine: Machine, seconds: number): void {
    for (let second = 0; second < seconds; second++) machine.advance(1000).hears({ cmd: 'pingresp' });
  }

  test('is left when UNSUBSCRIBE was not answered within the silence of a dial: whoever closes is told', () => {
    const machine = new Machine({ cleanSession: true }).online();
    const subscription = machine.subscribe();
    machine.hears('9003000102');
    let gone = 0;
    machine.client.unsubscribe(subscription, () => gone++);
    machine.do(() => []);
    pingedFor(machine, 29);
    expect([gone, machine.client.state().type]).toEqual([0, 'online']);
    pingedFor(machine, 1);
    expect([gone, machine.client.state()]).toMatchObject([
      1,
      { type: 'waiting', cause: { code: 'connection-lost', stage: 'subscribe', reason: 'no-suback' } },
    ]);
  });

  test('is left when SUBSCRIBE was not answered, and asked again on the next link', () => {
    const machine = new Machine({ cleanSession: true }).online();
    const granted: number[] = [];
    machine.subscribe(100, { onGranted: (qos) => granted.push(qos) });
    pingedFor(machine, 30);
    machine.advance(1000);
    expect(machine.client.state().type).toBe('connecting');
    machine.online().hears('9003000201');
    expect(granted).toEqual([1]);
  });

  test('is not left for an answer that lay in the socket while the machine slept', () => {
    const machine = new Machine({ cleanSession: true, keepAlive: 0 }).online();
    machine.subscribe();
    machine.now += 90_000;
    machine.do(() => machine.client.wake(machine.now)).hears('9003000102');
    expect(machine.client.state().type).toBe('online');
  });

  test('one answer gives the next question as much time again', () => {
    const machine = new Machine({ cleanSession: true }).online();
    machine.subscribe(100, { topicFilter: 'a' });
    machine.subscribe(100, { topicFilter: 'b' });
    pingedFor(machine, 29);
    machine.hears('9003000100');
    pingedFor(machine, 29);
    machine.hears('9003000200');
    pingedFor(machine, 120);
    expect(machine.client.state().type).toBe('online');
  });
});

describe('until the first CONNACK', () => {
  test.each(['tls', 'client-certificate', 'violation'])(
    'a %s failure that stays ends an impatient client at once',
    (kind) => {
      expect(new Machine({ timeoutMs: 1000 }).lost(failure(kind, false)).states.at(-1)?.type).toBe('stopped');
      expect(new Machine().lost(failure(kind, false)).states.at(-1)?.type).toBe('waiting');
      const stood = new Machine({ timeoutMs: 1000 }).online().lost().advance(1000);
      expect(stood.lost(failure(kind, false)).states.at(-1)?.type).toBe('waiting');
    },
  );

  test('timeoutMs ends it: with the last error, or with timed-out for silence', () => {
    const failed = new Machine({ timeoutMs: 5000 }).lost(failure('tcp'));
    for (let i = 0; i < 30; i++) failed.advance(200).lost(failure('tcp'));
    expect(failed.states.at(-1)).toMatchObject({ type: 'stopped', error: { code: 'connect-failed' } });
    const silent = new Machine({ timeoutMs: 5000 }).advance(5000);
    expect(silent.states.at(-1)).toMatchObject({ type: 'stopped', error: { code: 'timed-out' } });
    expect(silent.now).toBe(5000);
    expect(new Machine({ timeoutMs: 5000 }).online().lost().advance(50_000).states.at(-1)?.type).not.toBe('stopped');
  });
});

describe('a Session that is lost', () => {
  test("ends a client that asked for 'fail', when there was something in it", () => {
    const machine = new Machine({ onSessionLost: 'fail' }).online();
    const published = machine.publish(1);
    machine.lost().advance(1000).online();
    expect(machine.states.at(-1)).toMatchObject({ type: 'stopped', error: { code: 'session-lost' } });
    expect(published.outcome).toMatchObject({ code: 'session-lost' });
  });

  test('is begun anew with CleanSession 1: what was under way is sent again, as a whole', () => {
    const machine = new Machine({ cleanSession: true }).online();
    const published = machine.publish(2);
    machine.hears('50020001').lost().advance(1000).online();
    expect(machine.sent.at(-1)).toBe('3c060001610001' + '78');
    machine.hears('50020001', '70020001');
    expect(published.outcome).toBe('done');
  });
});

describe('a store', () => {
  const failing = (method: keyof SessionStore, async: boolean): SessionStore => {
    const error = new Error(`${method} failed`);
    const fail = (): never | Promise<never> => {
      if (async) return Promise.reject(error);
      throw error;
    };
    return { ...memoryStore(), [method]: fail };
  };
  const failure = (message: string): object => ({
    code: 'session-lost',
    stage: 'store',
    reason: 'store-failed',
    cause: new Error(message),
  });
  const settled = async (machine: Machine): Promise<void> => {
    for (let i = 0; i < 5; i++) await undefined;
    machine.do(() => []);
  };

  test.each([false, true])('whose load fails stops the client with that error; by a promise: %s', async (async) => {
    const machine = new Machine({ store: failing('load', async) });
    await settled(machine);
    expect(machine.states).toMatchObject([{ type: 'stopped', error: failure('load failed') }]);
    expect(machine.dials).toEqual([]);
  });

  test.each([false, true])(
    'whose put fails rejects the message, which is not sent; by a promise: %s',
    async (async) => {
      const machine = new Machine({ store: failing('put', async) }).online();
      const published = machine.publish(1);
      await settled(machine);
      expect(published.outcome).toMatchObject(failure('put failed'));
      expect(machine.sent.filter((bytes) => bytes.startsWith('3'))).toEqual([]);
      expect(machine.client.state().type).toBe('online');
    },
  );

  test.each([false, true])('whose delete fails stops the client; by a promise: %s', async (async) => {
    const machine = new Machine({ store: failing('delete', async) }).online();
    machine.publish(1);
    machine.hears('40020001');
    await settled(machine);
    expect(machine.states.at(-1)).toMatchObject({
      type: 'stopped',
      error: { code: 'session-lost', reason: 'store-failed' },
    });
  });

  // A rejection without a reason must not be taken for an answer.
  test.each(['load', 'put', 'delete'] as const)('whose %s fails without a reason has failed', async (method) => {
    for (const fail of [
      () => Promise.reject(),
      () => Promise.reject(null),
      (): never => {
        throw undefined;
      },
    ]) {
      const machine = new Machine({ store: { ...memoryStore(), [method]: fail } });
      await settled(machine);
      if (method !== 'load') machine.online();
      const published = machine.publish(1);
      await settled(machine);
      if (method === 'delete') machine.hears('40020001');
      await settled(machine);
      const { type, error } = machine.client.state() as { type: string; error?: { code: string } };
      expect([type, error?.code]).toEqual(method === 'put' ? ['online', undefined] : ['stopped', 'session-lost']);
      expect(codeOf(published)).toBe(method === 'delete' ? 'done' : 'session-lost');
      expect(machine.sent.filter((bytes) => bytes.startsWith('3'))).toHaveLength(method === 'delete' ? 1 : 0);
    }
  });

  test('that answers late is waited for: nothing is dialled before, and no PUBLISH leaves before its put', async () => {
    const store = memoryStore();
    let release = (): void => {};
    const gate = (): Promise<void> => new Promise((resolve) => (release = resolve));
    const late = async (call: () => unknown): Promise<never> => {
      await gate();
      return call() as never;
    };
    const machine = new Machine({
      store: { ...store, load: () => late(store.load), put: (key, bytes) => late(() => store.put(key, bytes)) },
    });
    expect(machine.dials).toEqual([]);
    release();
    await settled(machine);
    await settled(machine);
    expect(machine.dials).toEqual([0]);
    machine.online();
    const before = machine.sent.length;
    machine.publish(1);
    machine.publish(0, 'behind');
    expect(machine.sent.length).toBe(before);
    release();
    await settled(machine);
    await settled(machine);
    expect(machine.sent.at(-1)).toBe('3206000161000178' + '3009000161626568696e64');
  });

  test.each([
    ['no packet', 'out-000000000000001', '00'],
    ['a packet that does not belong there', 'out-000000000000001', 'c000'],
    ['a PUBLISH of QoS 0', 'out-000000000000001', '3004000161' + '78'],
    ['two packets in one record', 'out-000000000000001', '62020001' + '62020001'],
    ['a key of another', 'letters', '62020001'],
    ['a PUBREC under the key of another identifier', 'in-7', '50020008'],
  ])('that holds %s stops the client with session-lost', (_title, key, hex) => {
    const store = memoryStore();
    store.put(key, Buffer.from(hex, 'hex'));
    const machine = new Machine({ store });
    expect(machine.states.at(-1)).toMatchObject({
      type: 'stopped',
      error: { code: 'session-lost', reason: 'unreadable-record' },
    });
  });
});

test('what a full subscription passed over comes again on a new connection, once there is room', () => {
  const machine = new Machine().online();
  const subscription = machine.subscribe(1);
  machine.hears('9003000102', message('in', 'one', 1, 1), message('in', 'two', 1, 2), message('in', 'three', 2, 3));
  expect([subscription.size, subscription.dropped, machine.dials.length]).toEqual([1, 2, 1]);
  subscription.take()!.ack();
  machine.do(() => []).advance(1000);
  expect(machine.sent.slice(-2)).toEqual(['40020001', 'e000']);
  expect(machine.dials.length).toBe(2);
  machine.online(true).hears({ ...message('in', 'two', 1, 2), dup: true } as Packet);
  expect(String(Buffer.from(subscription.take()!.payload))).toBe('two');
});

test('all subscriptions together hold 16 MiB at the most', () => {
  const machine = new Machine({ maxPacketSize: 10_000_000 }).online();
  const subscription = machine.subscribe(1000);
  machine.hears('9003000102');
  const large = 'x'.repeat(5_000_000);
  for (let id = 1; id <= 5; id++) machine.hears(message('in', large, 1, id));
  expect([subscription.size, subscription.dropped]).toEqual([3, 2]);
});

test('a message of 17 MiB is delivered where maxPacketSize allows it, each time it comes', () => {
  const machine = new Machine({ maxPacketSize: 20_000_000 }).online();
  const sizes: unknown[] = [];
  const subscription = machine.subscribe(1, { onMessage: () => sizes.push(subscription.take()?.payload.length) });
  machine.hears('9003000102');
  const large = 'x'.repeat(17 * 1024 * 1024);
  for (let id = 1; id <= 3; id++) machine.hears(message('in', large, 1, id));
  expect([sizes, subscription.dropped]).toEqual([[large.length, large.length, large.length], 0]);
});

test('while the transport takes nothing, nothing more than one write waits in memory', () => {
  const machine = new Machine({ queue: { maxMessages: 10, maxBytes: 1e9, whenFull: 'reject' } }).online();
  machine.do(() => machine.client.blocked(true, machine.now));
  const outcomes = Array.from({ length: 20 }, () => machine.publish(0, 'x'.repeat(10_000)));
  expect(
    outcomes.filter(({ outcome }) => (outcome as { code?: string } | undefined)?.code === 'queue-full'),
  ).toHaveLength(10);
  expect(machine.client.post({ topicName: 'a', payload: Buffer.from('x'), retain: false })).toBe(false);
  machine.do(() => machine.client.blocked(false, machine.now));
  expect(outcomes.filter(({ outcome }) => outcome === 'done')).toHaveLength(10);
});

test('a bug of ours stops the client as what it is', () => {
  const bug = new RangeError('ours');
  const machine = new Machine({
    trace: () => {
      throw bug;
    },
  });
  machine.connected();
  expect(machine.states.at(-1)).toEqual({ type: 'stopped', error: bug });
});

describe('a device whose topics have another name from now on', () => {
  const toLonger = (topicName: string): string => topicName.replace(/^a/, 'longer');
  const renamed = (machine: Machine): Machine =>
    machine.do(() => machine.client.connected({ readdress: toLonger }, machine.now)).hears('20020000');
  const topics = (hex: string): string[] => hex.match(/612f|6c6f6e676572/g) ?? [];

  test.each([0, 1, 2] as const)('sends what waits at QoS %i, and what was sent and not answered, under it', (qos) => {
    const machine = new Machine().online();
    const first = machine.publish(qos);
    machine.lost().advance(2000);
    const second = machine.publish(qos);
    const before = machine.sent.length;
    renamed(machine);
    const sent = machine.sent.slice(before).join('');
    expect([topics(sent).length, sent.includes('000161')]).toEqual([qos ? 2 : 1, false]);
    if (qos === 1) machine.hears('40020001', '40020002');
    if (qos === 2) machine.hears('50020001', '50020002', '70020001', '70020002');
    expect([first.outcome, second.outcome]).toEqual(['done', 'done']);
  });

  test('and its will is the one of its credentials', () => {
    const will = { topicName: 'w/new', message: Buffer.from('gone'), qos: 0, retain: false } as const;
    const machine = new Machine({ will: { ...will, topicName: 'w/old' } });
    machine.do(() => machine.client.connected({ will }, machine.now));
    expect(Buffer.from(machine.sent[0]!, 'hex').toString()).toContain('w/new');
  });
});

test('as many messages as there are Packet Identifiers leave some for subscriptions', () => {
  const machine = new Machine({ queue: { maxMessages: 100_000, maxBytes: 1e9, whenFull: 'reject' } });
  const settled: unknown[] = [];
  const settle = (error: unknown): void => void settled.push(error);
  const publish = { topicName: 'a', payload: Buffer.from('x'), qos: 1, retain: false, settle } as const;
  for (let n = 0; n < 65_535; n++) machine.client.publish(publish, 0);
  expect(settled).toHaveLength(1000);
  expect(settled[0]).toMatchObject({ code: 'queue-full' });
  machine.advance(1).online().subscribe();
  // Of the identifiers that no message has.
  expect(machine.sent.join('')).toContain(`8207${(64_536).toString(16)}0002696e02`);
});

test('Packet Identifiers that come round pass over those that are not acknowledged', () => {
  const machine = new Machine({
    window: 1000,
    queue: { maxMessages: 1000, maxBytes: 1e6, whenFull: 'reject' },
  }).online();
  const settle = (): void => {};
  const message = { topicName: 'a', payload: Buffer.from('x'), qos: 1, retain: false, settle } as const;
  machine.publish(1, 'never acknowledged');
  for (let id = 2; id <= 65_535; ) {
    let acknowledged = '';
    for (; id <= 65_535 && acknowledged.length < 8 * 999; id++) {
      machine.client.publish(message, machine.now);
      acknowledged += `4002${id.toString(16).padStart(4, '0')}`;
    }
    machine.do(() => []).hears(acknowledged);
  }
  machine.publish(1, 'round');
  expect(machine.sent.at(-1)).toBe(`320a000161${'0002'}${Buffer.from('round').toString('hex')}`);
});
