import type { Packet } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { GeneralClient } from '../../../packages/client/src/mqtt/client.ts';
import type { ClientState } from '../../../packages/client/src/mqtt/client-options.ts';
import { memoryStore } from '../../../packages/client/src/mqtt/store.ts';
import { codeOf, Machine } from './machine.ts';
import { message } from './server.ts';

// Dials of the general client: what each state and error says of them, what is told too late, and a reconnect that the application
// asks for.

/** The error of the pause, or of the end. */
const causeOf = (state: ClientState): unknown =>
  'cause' in state ? state.cause : (state as { error?: unknown }).error;
const dialling = (machine: Machine, stage: 'dns' | 'tcp' | 'tls'): Machine =>
  machine.do(() => machine.client.dialling(stage, machine.now));
const reconnect = (machine: Machine, ...plan: boolean[]): Machine => {
  machine.client.reconnect(...plan);
  return machine.do(() => []);
};
const refusal = Object.assign(new Error('refused'), { kind: 'tcp', retryable: true });
const neverRead = { ...memoryStore(), load: () => new Promise<never>(() => {}) };
/** Gives the state, and how many dials there were. */
const seen = (machine: Machine): unknown[] => [machine.client.state().type, machine.dials.length];

describe('what the states and errors say of a dial', () => {
  test('before the start the first dial is awaited, and nothing was dropped', () => {
    const { client, states } = new Machine({ store: neverRead });
    expect(client.state()).toEqual({ type: 'connecting', attempt: 1 });
    expect([states, client.dropped()]).toEqual([[], 0]);
    expect(new Machine().client.dropped()).toBe(0);
  });

  test('dials are counted from 1', () => {
    const machine = new Machine();
    for (let i = 0; i < 3; i++) machine.lost().advance(10_000);
    const attempts = machine.states.flatMap((state) => (state.type === 'connecting' ? [state.attempt] : []));
    expect(attempts).toEqual([1, 2, 3, 4]);
  });

  test('an error has the stage that the dial had reached, and the next dial begins anew', () => {
    const machine = new Machine();
    const stages = (['dns', 'tcp', 'tls'] as const).map((stage) => {
      dialling(machine, stage).lost();
      const { stage: at } = causeOf(machine.client.state()) as { stage: string };
      machine.advance(10_000).lost();
      const { stage: next } = causeOf(machine.client.state()) as { stage: string };
      machine.advance(10_000);
      return [at, next];
    });
    expect(stages).toEqual([
      ['dns', 'options'],
      ['tcp', 'options'],
      ['tls', 'options'],
    ]);
    const silent = dialling(new Machine(), 'tls').advance(30_000);
    expect(causeOf(silent.client.state())).toMatchObject({ code: 'timed-out', stage: 'tls' });
  });

  test('a dial that ends without a reason has failed, and a connection that ends without one is lost', () => {
    const machine = new Machine().lost();
    expect(causeOf(machine.client.state())).toMatchObject({
      code: 'connect-failed',
      stage: 'options',
      retryable: true,
    });
    machine.advance(1000).online().lost();
    expect(causeOf(machine.client.state())).toMatchObject({
      code: 'connection-lost',
      stage: 'online',
      retryable: true,
    });
  });

  test.each([
    ['20020003', 'connection-refused', true],
    ['20020005', 'connection-refused', false],
    ['d000', 'protocol-violation', false],
  ])('that another try may help is said of CONNACK 3 and of no other answer: %s', (answer, code, retryable) => {
    const machine = new Machine({ onRefused: 'retry' }).connected().hears(answer);
    expect(causeOf(machine.client.state())).toMatchObject({ code, stage: 'connect', retryable });
  });

  test('one who waits for the first CONNACK gets the error of the last dial, but timed-out if the present one meets silence', () => {
    const silent = new Machine({ timeoutMs: 20_000 }).lost(refusal);
    silent.advance(20_000);
    expect(causeOf(silent.client.state())).toMatchObject({
      code: 'timed-out',
      cause: { code: 'connect-failed' },
      stage: 'options',
    });
    // The machine has slept through the pause before the second dial.
    const slept = new Machine({ timeoutMs: 20_000 }).lost(refusal);
    slept.now = 25_000;
    slept.do(() => slept.client.wake(slept.now));
    expect([causeOf(slept.client.state()), slept.dials.length]).toMatchObject([{ code: 'connect-failed' }, 1]);
  });

  test('a deadline that ends while the store is read has the stage of the options', () => {
    const machine = new Machine({ timeoutMs: 500, store: neverRead });
    machine.advance(500);
    expect(causeOf(machine.client.state())).toMatchObject({ code: 'timed-out', stage: 'options' });
  });
});

describe('what is told too late changes nothing', () => {
  const online = (): Machine => new Machine().online();
  const waiting = (): Machine => new Machine().lost();
  const events: Record<string, (machine: Machine) => unknown> = {
    'a stage of the dial': (machine) => dialling(machine, 'dns'),
    'a second connection': (machine) => machine.connected(),
  };

  test.each(Object.entries(events))('%s, when there is a connection', (_name, event) => {
    const machine = online();
    const { length } = machine.sent;
    event(machine);
    expect([seen(machine), machine.sent.length]).toEqual([['online', 1], length]);
    machine.lost();
    expect(causeOf(machine.client.state())).toMatchObject({ stage: 'online' });
  });

  test.each(
    Object.entries({
      ...events,
      'the end of the dial': (machine: Machine) => machine.lost(),
      'bytes of the server': (machine: Machine) => machine.hears('20020000'),
    }),
  )('%s, in a pause', (_name, event) => {
    const machine = waiting();
    const { length } = machine.states;
    event(machine);
    expect([seen(machine), machine.sent, machine.states.length]).toEqual([['waiting', 1], [], length]);
    machine.advance(500);
    expect(seen(machine)).toEqual(['connecting', 2]);
  });

  test('bytes of a server that speaks before there is a connection are a violation', () => {
    const machine = new Machine().hears('20020000');
    expect(causeOf(machine.client.state())).toMatchObject({
      code: 'protocol-violation',
      reason: 'unexpected-packet',
      stage: 'options',
    });
  });

  test('the end of the last dial, told when its time is over: the client has ended, and dials no more', () => {
    const machine = new Machine({ retry: { attempts: 0, baseMs: 1, capMs: 1, standMs: 1, silenceMs: 1000 } });
    machine.now = 1000;
    machine.lost();
    expect([seen(machine), machine.actions.at(-1)]).toEqual([['stopped', 1], { type: 'end' }]);
  });

  test('everything, when the client has ended', () => {
    const machine = new Machine().online();
    machine.do(() => {
      machine.client.abort(new Error('enough'));
      return [];
    });
    expect(machine.actions.at(-1)).toEqual({ type: 'end' });
    const { length } = machine.actions;
    const { client } = machine;
    dialling(machine, 'dns').connected().hears('20020000').lost().advance(100_000);
    machine.do(() => client.blocked(true, machine.now)).do(() => client.blocked(false, machine.now));
    reconnect(machine);
    expect([machine.actions.length, client.state().type, client.ended()]).toEqual([length, 'stopped', true]);
  });
});

describe('a reconnect that the application asks for', () => {
  test('of a client without any message or subscription follows at once, and says why', () => {
    const machine = reconnect(new Machine().online());
    expect([seen(machine), machine.sent.at(-1)]).toEqual([['connecting', 2], 'e000']);
    const [pause] = machine.states.flatMap((state) => (state.type === 'waiting' ? [state] : []));
    expect(pause).toMatchObject({ delayMs: 0, cause: { code: 'connection-lost', stage: 'online', reason: 'planned' } });
  });

  test.each([0, 1, 2] as const)('follows at once when all of QoS %i is acknowledged', (qos) => {
    const machine = new Machine().online();
    machine.publish(qos);
    if (qos === 1) machine.hears('40020001');
    if (qos === 2) machine.hears('50020001', '70020001');
    expect(seen(reconnect(machine))).toEqual(['connecting', 2]);
  });

  test('with `hold` waits until it is asked for again', () => {
    const machine = reconnect(new Machine().online(), true).advance(1e6);
    expect(seen(machine)).toEqual(['waiting', 1]);
    expect(seen(reconnect(machine))).toEqual(['connecting', 2]);
  });

  /** The subscription that the server has granted, and the packets that follow on the next connection, where it has a Session. */
  function asksAgain(...plan: boolean[]): string[] {
    const machine = new Machine().online();
    machine.subscribe();
    reconnect(machine.hears('9003000102'), ...plan);
    machine.sent.length = 0;
    machine.actions.length = 0;
    machine.online(true);
    return machine.sent.filter((bytes) => bytes.startsWith('82'));
  }

  test('at the same server trusts Session Present, and with `elsewhere` it does not: it subscribes again', () => {
    expect([asksAgain(), asksAgain(false, false)]).toEqual([[], []]);
    expect(asksAgain(false, true)).toHaveLength(1);
  });
});

describe('a server that may have another Session than ours', () => {
  const held = { cmd: 'publish', topic: 'in', payload: 'x', qos: 2, messageId: 1, dup: false, retain: false } as Packet;

  test.each([
    [
      'is not suspected by the first connection of a run: a message that an earlier run has got is not given again',
      false,
    ],
    ['is suspected when CONNECT was not answered: a message without DUP is a new one', true],
  ])('%s', (_title, unanswered) => {
    const store = memoryStore();
    store.put('in-1', Buffer.from('50020001', 'hex'));
    const machine = new Machine({ store });
    if (unanswered) machine.connected().lost().advance(1000);
    const heard: unknown[] = [];
    machine.subscribe(100, { onMessage: () => heard.push(1) });
    machine.online(true).hears(held);
    expect(heard).toHaveLength(unanswered ? 1 : 0);
  });
});

describe('the end of a client', () => {
  test('by `close` of one that has sent nothing follows at once', () => {
    const machine = new Machine().online();
    machine.client.close(60_000);
    machine.do(() => []);
    expect([machine.client.state(), machine.sent.at(-1)]).toEqual([{ type: 'closed' }, 'e000']);
    expect(machine.publish(1).outcome).toMatchObject({ code: 'closed', stage: 'publish' });
  });

  test('by `close` before everything is acknowledged tells who waits', () => {
    const machine = new Machine().online();
    const published = machine.publish(1);
    machine.client.close(1000);
    machine.do(() => []).advance(1000);
    expect(published.outcome).toMatchObject({ code: 'closed', stage: 'disconnect' });
  });

  test('comes once: a second error changes nothing', () => {
    const machine = new Machine().online();
    for (const error of [new Error('first'), new Error('second')]) {
      machine.client.abort(error);
      machine.do(() => []);
    }
    expect(machine.client.state()).toEqual({ type: 'stopped', error: new Error('first') });
    expect(machine.actions.filter(({ type }) => type === 'end')).toHaveLength(1);
  });

  test('before the start is the end: no store is read', () => {
    let reads = 0;
    const load = (): [] => {
      reads++;
      return [];
    };
    const options = { ...new Machine().options, store: { ...memoryStore(), load } };
    const client = new GeneralClient(options);
    client.abort(new Error('early'));
    const types = client.start(0).map(({ type }) => type);
    expect([types.at(-1), reads]).toEqual(['end', 0]);
  });
});

describe('what a client has meanwhile', () => {
  test('one that is closed while its store is read waits for what is there', () => {
    const store = memoryStore();
    const loaded: ((records: unknown) => void)[] = [];
    // biome-ignore lint/suspicious/noThenProperty: a promise that answers when the test says so
    const late = { then: (done: (records: unknown) => void) => void loaded.push(done) };
    const machine = new Machine({ store: { ...store, load: () => late as never } });
    machine.client.close(60_000);
    expect(machine.do(() => []).client.state().type).toBe('connecting');
    machine.do(() => {
      loaded[0]!([['out-000000000000001', Buffer.from('32060001610001' + '78', 'hex')]]);
      return [];
    });
    machine.online().hears('40020001');
    expect([machine.client.state().type, machine.sent.includes('3a06000161000178')]).toEqual(['closed', true]);
  });

  test('a topic that has another name keeps it on connections that do not say so again', () => {
    const machine = new Machine();
    machine.do(() => machine.client.connected({ readdress: () => 'new' }, machine.now)).hears('20020000');
    machine.lost().advance(1000);
    const published = machine.publish(1);
    machine.online(true).hears('40020001');
    expect(codeOf(published)).toBe('done');
    expect(machine.sent.join('')).toContain('00036e6577');
  });

  test('an application that waits for messages gets all of one chunk, and of the next as many as it has room for', () => {
    const machine = new Machine().online();
    const subscription = machine.subscribe(1, { onMessage: () => true });
    machine.hears('9003000102');
    const chunk = '3005' + '0002696e' + '78';
    machine.hears(chunk.repeat(3));
    expect([subscription.size, subscription.dropped]).toEqual([3, 0]);
    machine.hears(chunk.repeat(2));
    expect([subscription.size, subscription.dropped]).toEqual([3, 2]);
    for (let i = 0; i < 3; i++) subscription.take();
    machine.hears(message('in', 'y'));
    expect(subscription.size).toBe(1);
  });
});
