import { describe, expect, test } from 'vitest';
import type { ClientOptions } from '../../../packages/client/src/mqtt/client-options.ts';
import { memoryStore, type SessionStore } from '../../../packages/client/src/mqtt/store.ts';
import { LateStore } from './late-store.ts';
import { codeOf, Machine, type Published } from './machine.ts';

// What `publish` promises, message by message: when it is sent, when it is settled, and what the queue and the store have of it.

type Queue = ClientOptions['queue'];
const queue = (fields: Partial<Queue>): { queue: Queue } => ({
  queue: { maxMessages: 100, maxBytes: 100_000, whenFull: 'reject', ...fields },
});
/** Of the packets that were sent: type and flags, identifier. */
const publishes = (machine: Machine): string[] => machine.sent.filter((bytes) => /^3/.test(bytes));
const again = (machine: Machine, sessionPresent = true): Machine => {
  machine.lost().advance(2000);
  machine.sent.length = 0;
  machine.actions.length = 0;
  return machine.online(sessionPresent);
};
const close = (machine: Machine): Machine => {
  machine.client.close(0);
  return machine.do(() => []);
};

describe('the queue', () => {
  test('takes as many messages as maxMessages, and they leave in their order', () => {
    const machine = new Machine(queue({ maxMessages: 3 }));
    const all = [0, 1, 2, 0].map((qos, i) => machine.publish(qos as 0 | 1 | 2, `${i}`));
    expect(all.map(codeOf)).toEqual([undefined, undefined, undefined, 'queue-full']);
    expect(machine.client.dropped()).toBe(1);
    expect(all[3]!.outcome).toMatchObject({ stage: 'publish', retryable: true });
    machine.online();
    expect(machine.sent.at(-1)).toBe('30040001' + '6130' + '32060001' + '61000131' + '34060001' + '61000232');
    expect(codeOf(all[0]!)).toBe('done');
  });

  test('takes bytes up to maxBytes, of whole packets, and what has left makes room', () => {
    // 6 bytes and the payload at QoS 0.
    const machine = new Machine(queue({ maxBytes: 20 }));
    const all = ['xxxx', 'xxxxx', 'x'].map((payload) => machine.publish(0, payload));
    expect(all.map(codeOf)).toEqual([undefined, undefined, 'queue-full']);
    machine.online();
    expect(all.map(codeOf)).toEqual(['done', 'done', 'queue-full']);
    machine.do(() => machine.client.blocked(true, machine.now));
    expect(['xxxx', 'xxxxx', 'x'].map((payload) => codeOf(machine.publish(0, payload)))).toEqual([
      undefined,
      undefined,
      'queue-full',
    ]);
  });

  test.each([1, 2] as const)('is not needed for a message of QoS %i that leaves at once', (qos) => {
    const machine = new Machine({ ...queue({ maxMessages: 0 }), window: 2 });
    const early = machine.publish(qos);
    machine.online();
    const all = [1, 2, 3].map(() => machine.publish(qos));
    expect([early, ...all].map(codeOf)).toEqual(['queue-full', undefined, undefined, 'queue-full']);
    expect(publishes(machine)).toHaveLength(2);
    // With a store it waits until its record is kept.
    const kept = new Machine({ ...queue({ maxMessages: 0 }), store: memoryStore() }).online();
    expect(codeOf(kept.publish(qos))).toBe('queue-full');
  });

  test.each([
    [{ maxMessages: 0 }, 'x'],
    [{ maxBytes: 6 }, 'xx'],
  ])('without room for one message drops no other for it: %o', (fields, payload) => {
    const machine = new Machine(queue({ maxBytes: 7, whenFull: 'drop-oldest', ...fields }));
    const [first, second] = [machine.publish(0, ''), machine.publish(0, payload)];
    expect([codeOf(first), codeOf(second)]).toEqual(['maxMessages' in fields ? 'queue-full' : undefined, 'queue-full']);
  });

  test('drop-oldest drops as many as it takes, and none that was sent', () => {
    const machine = new Machine({ ...queue({ maxMessages: 2, whenFull: 'drop-oldest' }), window: 1 }).online();
    const sent = machine.publish(1, 'sent');
    const all = [1, 2, 3, 4].map((i) => machine.publish(1, `${i}`));
    expect([sent, ...all].map(codeOf)).toEqual([undefined, 'queue-full', 'queue-full', undefined, undefined]);
    expect(machine.client.dropped()).toBe(2);
    again(machine);
    const last = machine.publish(1, '5');
    expect([sent, ...all, last].map(codeOf).slice(3)).toEqual(['queue-full', undefined, undefined]);
    expect(machine.sent.at(-1)).toBe(`3a090001610001${Buffer.from('sent').toString('hex')}`);
  });

  test('drop-oldest without a connection passes over what was sent, however much of it: that is sent again', () => {
    const machine = new Machine({ ...queue({ maxMessages: 1, whenFull: 'drop-oldest' }), window: 3 }).online();
    const sent = ['1', '2', '3'].map((payload) => machine.publish(1, payload));
    machine.lost();
    const [old, last] = [machine.publish(1, '4'), machine.publish(1, '5')];
    expect([...sent, old, last].map(codeOf)).toEqual([undefined, undefined, undefined, 'queue-full', undefined]);
    again(machine).hears('40020001').hears('40020002').hears('40020003');
    expect(publishes(machine).join('')).toBe(
      ['3a06000161000131', '3a06000161000232', '3a06000161000333', '32060001610005' + '35'].join(''),
    );
  });

  test('drop-oldest with all of it sent has nothing to drop', () => {
    const machine = new Machine({ ...queue({ maxMessages: 1, maxBytes: 8, whenFull: 'drop-oldest' }), window: 1 });
    const first = machine.publish(1, '');
    machine.online().lost();
    const [small, large] = [machine.publish(1, ''), machine.publish(1, 'too large for it')];
    expect([first, small, large].map(codeOf)).toEqual([undefined, undefined, 'queue-full']);
  });

  test('with every Packet Identifier that messages may have in use takes no more of QoS 1 and 2, but QoS 0', () => {
    const machine = new Machine({ ...queue({ maxMessages: 1e6, maxBytes: 1e9 }), window: 65_535 }).online();
    const settle = (): void => {};
    const message = { topicName: 'a', payload: new Uint8Array(0), qos: 1, retain: false, settle } as const;
    for (let i = 0; i < 64_535; i++) machine.client.publish(message, 0);
    machine.do(() => []);
    expect([codeOf(machine.publish(1)), codeOf(machine.publish(2)), codeOf(machine.publish(0))]).toEqual([
      'queue-full',
      'queue-full',
      'done',
    ]);
    machine.hears('4002fc17');
    const next = machine.publish(2);
    expect(next.outgoing?.packetId).toBe(64_536);
  });
});

describe('until it is sent', () => {
  test('a message expires, at its time and not before', () => {
    const machine = new Machine();
    const [one, two] = [machine.publish(1, '1', { expiresAt: 500 }), machine.publish(0, '2', { expiresAt: 900 })];
    machine.advance(499);
    expect([one, two].map(codeOf)).toEqual([undefined, undefined]);
    machine.advance(1);
    expect([one, two].map(codeOf)).toEqual(['expired', undefined]);
    machine.advance(420);
    expect([one, two].map(codeOf)).toEqual(['expired', 'expired']);
    machine.online();
    expect(publishes(machine)).toEqual([]);
  });

  test('a message that is sent does not expire, but its caller is told when its time is over, once', () => {
    const machine = new Machine().online();
    const published = machine.publish(1, 'x', { expiresAt: 100, timeoutAt: 300 });
    machine.advance(299);
    expect(codeOf(published)).toBeUndefined();
    machine.advance(1);
    expect(published.outcome).toMatchObject({ code: 'timed-out', stage: 'publish', retryable: true });
    const { outcome } = published;
    // The search for the second one comes past the first.
    const second = machine.publish(1, 'y', { timeoutAt: 600 });
    machine.advance(600);
    expect([published.outcome === outcome, codeOf(second)]).toEqual([true, 'timed-out']);
    expect(machine.hears('40020001').client.state().type).toBe('online');
  });

  test('a message whose time is over before it is sent is withdrawn', () => {
    const machine = new Machine();
    const published = machine.publish(2, 'x', { timeoutAt: 300 });
    machine.advance(400).online();
    expect([codeOf(published), publishes(machine)]).toEqual(['timed-out', []]);
  });

  test('a message can be withdrawn, and makes room; a second time does nothing', () => {
    const machine = new Machine(queue({ maxMessages: 1 }));
    const first = machine.publish(1, '1');
    machine.withdraw(first).withdraw(first);
    const second = machine.publish(1, '2');
    expect([codeOf(first), codeOf(second)]).toEqual(['aborted', undefined]);
    machine.online();
    expect(publishes(machine)).toEqual(['3206000161000232']);
  });

  test('looks for what has expired are 20 ms apart', () => {
    const machine = new Machine();
    const all = [100, 101, 119, 120, 121].map((expiresAt) => machine.publish(0, 'x', { expiresAt }));
    const expired = (): number => all.filter((one) => codeOf(one) === 'expired').length;
    machine.advance(100);
    expect(expired()).toBe(1);
    machine.advance(19);
    expect(expired()).toBe(1);
    machine.advance(1);
    expect(expired()).toBe(4);
    machine.advance(20);
    expect(expired()).toBe(5);
  });
});

describe('once it is sent', () => {
  test('one withdrawn stays in the Session and is sent again, without anybody to tell', () => {
    const machine = new Machine().online();
    const published = machine.publish(1);
    machine.withdraw(published);
    expect(codeOf(published)).toBe('aborted');
    expect(publishes(again(machine))).toEqual(['3a06000161000178']);
  });

  test('QoS 0 is settled when it is written; what was not is lost with the connection', () => {
    const machine = new Machine().online();
    const outcomes: unknown[] = [];
    machine.client.publish(
      { topicName: 'a', payload: Buffer.from('x'), qos: 0, retain: false, settle: (error) => outcomes.push(error) },
      0,
    );
    machine.lost();
    expect(outcomes).toMatchObject([{ code: 'connection-lost', stage: 'publish', retryable: true }]);
    expect(publishes(again(machine))).toEqual([]);
  });

  test('one that is acknowledged refers to no later one, so it keeps none in memory', () => {
    const machine = new Machine().online();
    const first = machine.publish(1);
    machine.publish(1);
    expect(first.outgoing?.next).toBeDefined();
    machine.hears('40020001');
    expect([codeOf(first), first.outgoing?.next]).toEqual(['done', undefined]);
  });

  test('no more than the window is under way, and each acknowledgement lets the next one go', () => {
    const machine = new Machine({ window: 2 }).online();
    const all = [1, 2, 1, 2].map((qos) => machine.publish(qos as 1 | 2));
    expect(publishes(machine).length).toBe(2);
    machine.hears('40020001');
    expect(publishes(machine).length).toBe(3);
    machine.hears('50020002');
    expect(publishes(machine).length).toBe(3);
    machine.hears('70020002');
    expect([publishes(machine).length, ...all.map(codeOf)]).toEqual([4, 'done', 'done', undefined, undefined]);
    // Another connection begins with an empty window.
    expect(again(machine).sent.at(-1)).toBe('3a06000161000378' + '3c06000161000478');
  });

  test('QoS 0 behind a full window waits for its turn', () => {
    const machine = new Machine({ window: 1 }).online();
    machine.publish(1);
    const [second, zero] = [machine.publish(1), machine.publish(0)];
    expect([codeOf(zero), machine.client.ready()]).toEqual([undefined, false]);
    machine.hears('40020001');
    expect([codeOf(second), codeOf(zero), machine.client.ready()]).toEqual([undefined, 'done', true]);
  });

  test('more than 64 KiB wait for the socket, turn by turn', () => {
    const machine = new Machine({ ...queue({ maxBytes: 1e9 }) });
    for (let i = 0; i < 5; i++) machine.publish(0, 'x'.repeat(40_000));
    machine.online();
    expect(publishes(machine).map(({ length }) => length / 2)).toEqual([80_014, 80_014, 40_007]);
  });

  test.each([
    ['PUBACK for QoS 2', 2, ['40020001']],
    ['PUBREC for QoS 1', 1, ['50020001']],
    ['PUBCOMP for QoS 1', 1, ['70020001']],
    ['PUBCOMP before PUBREC', 2, ['70020001']],
    ['PUBACK after PUBREC', 2, ['50020001', '40020001']],
  ] as const)('%s is a violation', (_title, qos, packets) => {
    const machine = new Machine().online();
    const published = machine.publish(qos);
    machine.hears(...packets);
    expect(machine.client.state()).toMatchObject({
      type: 'waiting',
      cause: { code: 'protocol-violation', reason: 'unknown-packet-id', packetId: Number(packets.at(-1)!.slice(-1)) },
    });
    expect(codeOf(published)).toBeUndefined();
  });

  test.each(['40020001', '50020001'])('%s of one that waits in the queue is a violation', (packet) => {
    const machine = new Machine({ window: 1 });
    machine.publish(packet === '40020001' ? 1 : 2, '1');
    machine.online().do(() => machine.client.blocked(true, machine.now));
    machine.publish(packet === '40020001' ? 1 : 2, '2');
    machine.hears(packet.replace('01', '01')).hears(packet.replace(/01$/, '02'));
    expect(machine.client.state()).toMatchObject({ cause: { reason: 'unknown-packet-id', packetId: 2 } });
  });

  test('an acknowledgement of a SUBSCRIBE by PUBACK is a violation', () => {
    const machine = new Machine().online();
    machine.subscribe();
    machine.hears('40020001');
    expect(machine.client.state()).toMatchObject({ cause: { reason: 'unknown-packet-id', packetId: 1 } });
  });

  test('an acknowledgement said twice is no harm; PUBREC is answered each time [MQTT-4.3.3-1]', () => {
    const machine = new Machine().online();
    machine.publish(1);
    machine.hears('40020001', '40020001');
    machine.publish(2);
    machine.sent.length = 0;
    machine.actions.length = 0;
    machine.hears('50020002', '50020002', '70020002', '70020002', '50020002');
    expect(machine.sent).toEqual(['62020002', '62020002', '62020002']);
    expect(machine.client.state().type).not.toBe('waiting');
  });

  test.each([
    ['4002', ''],
    ['5002', '6202'],
    ['7002', ''],
  ])(
    '%s of an identifier that no message of this process had is no harm: the Session may be of an earlier one',
    (type, answer) => {
      const machine = new Machine().online(true);
      const published = machine.publish(2);
      machine.actions.length = 0;
      machine.hears(`${type}0009`, `${type}ffff`);
      expect(machine.sent).toEqual(answer ? [`${answer}0009`, `${answer}ffff`] : []);
      expect([machine.client.state().type, codeOf(published)]).toEqual(['online', undefined]);
    },
  );

  test('what was released is released again on the next connection, without DUP, in the order of publish', () => {
    const machine = new Machine().online();
    const [one, two] = [machine.publish(2), machine.publish(2)];
    machine.hears('50020002');
    expect(again(machine).sent.at(-1)).toBe('3c06000161000178' + '62020002');
    machine.hears('70020002', '50020001', '70020001');
    expect([one, two].map(codeOf)).toEqual(['done', 'done']);
  });

  test('an acknowledgement that comes for one not sent on this connection is taken, and lets nothing beyond the window go', () => {
    const machine = new Machine({ window: 1 }).online();
    const one = machine.publish(1, '1');
    machine.hears('40020001');
    const two = machine.publish(2, '2');
    const three = machine.publish(2, '3');
    const four = machine.publish(2, '4');
    machine.hears('50020002', '70020002');
    // 3 was sent and waits; 4 never was. On the new connection 3 is under way; what the server says of 3 twice changes nothing.
    again(machine);
    machine.hears('50020003', '50020003', '70020003', '70020003');
    expect([one, two, three, four].map(codeOf)).toEqual(['done', 'done', 'done', undefined]);
    expect(machine.sent.at(-1)).toBe('3406000161000434');
  });
});

test('an acknowledgement of what this connection has not sent again yet makes no room in the window', () => {
  const machine = new Machine({ ...queue({ maxBytes: 1e6 }), window: 2 }).online();
  const large = 'x'.repeat(70_000);
  const all = [large, large, '3', '4'].map((payload) => machine.publish(1, payload));
  machine.lost().advance(1000);
  machine.sent.length = 0;
  machine.actions.length = 0;
  // Both packets are in one chunk: the first message fills what is written in one turn, and the second waits.
  machine.connected().hears('20020100' + '40020002');
  expect(all.map(codeOf)).toEqual([undefined, 'done', undefined, undefined]);
  const ids = machine.sent.join('').match(/3[2a](?:f5a204|06)00016100../g);
  expect(ids?.map((bytes) => bytes.slice(-2))).toEqual(['01', '03']);
});

describe('a Session that begins anew with CleanSession 1', () => {
  test('sends what was released as a whole, and keeps the record of that', () => {
    const store = new LateStore();
    const machine = new Machine({ cleanSession: true, store }).online();
    const published = machine.publish(2);
    store.answer();
    machine.do(() => []).hears('50020001');
    store.answer();
    machine.do(() => []);
    expect(machine.sent.at(-1)).toBe('62020001');
    again(machine, false);
    expect([publishes(machine), store.names]).toEqual([[], ['put out-1']]);
    store.answer();
    machine.do(() => []);
    expect(publishes(machine)).toEqual(['3c06000161000178']);
    expect([...(store.load() as Iterable<[string, Uint8Array]>)].map(([, bytes]) => bytes[0])).toEqual([0x34]);
    expect(codeOf(published)).toBeUndefined();
  });

  test('asks the store for nothing where the record is right already, and what was never sent still makes room', () => {
    const store = new LateStore();
    const machine = new Machine({ ...queue({ maxMessages: 1, whenFull: 'drop-oldest' }), cleanSession: true, store });
    const first = machine.online().publish(1, '1');
    store.answer();
    machine.do(() => []);
    expect(publishes(machine)).toHaveLength(1);
    machine.lost();
    const second = machine.publish(1, '2');
    again(machine, false);
    expect(store.names).toEqual(['put out-2']);
    const third = machine.publish(1, '3');
    expect([first, second, third].map(codeOf)).toEqual([undefined, 'queue-full', undefined]);
  });

  test('forgets what an earlier run has released: its PUBLISH is not there any more', () => {
    const store = memoryStore();
    store.put('out-000000000000004', Buffer.from('62020007', 'hex'));
    const machine = new Machine({ cleanSession: true, store }).online();
    expect(machine.sent.length).toBe(1);
    expect([...(store.load() as Iterable<unknown>)]).toEqual([]);
    expect(machine.hears('70020007').client.state().type).toBe('online');
  });
});

describe('a store', () => {
  const stored = (): { store: LateStore; machine: Machine; published: Published } => {
    const store = new LateStore();
    const machine = new Machine({ store }).online();
    const published = machine.publish(2);
    return { store, machine, published };
  };

  test('has PUBREL before it leaves: PUBREC meanwhile is not answered, and PUBCOMP erases it', () => {
    const { store, machine, published } = stored();
    expect(publishes(machine)).toEqual([]);
    store.answer();
    machine.do(() => []).hears('50020001');
    expect(store.names).toEqual(['put out-1']);
    machine.hears('50020001');
    expect(machine.sent.at(-1)).toMatch(/^34/);
    store.answer();
    machine.do(() => []);
    expect(machine.sent.at(-1)).toBe('62020001');
    machine.hears('70020001');
    expect([store.names, codeOf(published)]).toEqual([['delete out-1'], 'done']);
    // The identifier is not free before the record is gone.
    expect(machine.publish(1).outgoing?.packetId).toBe(2);
    store.answer();
    expect([...(store.load() as Iterable<unknown>)]).toEqual([]);
  });

  test('that answers after the connection is lost says nothing on the next one twice', () => {
    const { store, machine } = stored();
    store.answer();
    machine.do(() => []).hears('50020001');
    machine.lost().advance(2000);
    machine.sent.length = 0;
    machine.actions.length = 0;
    machine.online(true);
    expect(machine.sent.join('')).not.toMatch(/62020001/);
    store.answer();
    machine.do(() => []);
    expect(machine.sent.join('').match(/62020001/g)).toHaveLength(1);
  });

  test('that answers after the client has left the connection writes nothing behind DISCONNECT', () => {
    const { store, machine } = stored();
    store.answer();
    machine.do(() => []).hears('50020001');
    machine.client.reconnect(true);
    machine.do(() => []).advance(3000);
    expect(machine.sent.at(-1)).toBe('e000');
    store.answer();
    machine.do(() => []);
    expect(machine.sent.at(-1)).toBe('e000');
  });

  test('whose put of one withdrawn meanwhile ends is asked to delete it', () => {
    const { store, machine, published } = stored();
    machine.withdraw(published);
    expect([codeOf(published), store.names]).toEqual(['aborted', ['put out-1']]);
    store.answer();
    machine.do(() => []);
    expect(store.names).toEqual(['delete out-1']);
    expect(publishes(machine)).toEqual([]);
  });

  test('whose put fails rejects that message alone, and the next one leaves', () => {
    const { store, machine, published } = stored();
    const next = machine.publish(1, 'y');
    store.answer(new Error('disk full'));
    store.answer();
    machine.do(() => []);
    expect(published.outcome).toMatchObject({ code: 'session-lost', cause: new Error('disk full') });
    expect(publishes(machine)).toEqual(['3206000161000279']);
    expect(codeOf(next)).toBeUndefined();
  });

  test('whose delete is never answered holds up nothing but the identifier', () => {
    const { store, machine, published } = stored();
    store.answer();
    machine.do(() => []).hears('50020001');
    store.answer();
    machine.do(() => []).hears('70020001');
    expect([codeOf(published), store.names]).toEqual(['done', ['delete out-1']]);
    const later = [1, 2, 0].map((qos) => machine.publish(qos as 0 | 1 | 2, `${qos}`));
    expect(store.names).toEqual(['delete out-1', 'put out-2', 'put out-3']);
    store.answer(undefined, 1);
    store.answer(undefined, 1);
    machine.do(() => []).hears('40020002', '50020003');
    store.answer(undefined, store.names.indexOf('put out-3'));
    machine.do(() => []).hears('70020003');
    expect(later.map(codeOf)).toEqual(['done', 'done', 'done']);
    expect(store.names).toEqual(['delete out-1', 'delete out-2', 'delete out-3']);
    // The client can still be closed in good order.
    machine.client.close(60_000);
    expect(machine.do(() => []).client.state().type).toBe('closed');
  });

  test('whose put is never answered holds up the messages behind it until it is given up, and then no more', () => {
    const { store, machine, published } = stored();
    const next = machine.publish(1, 'y');
    store.answer(undefined, 1);
    machine.do(() => []);
    expect(publishes(machine)).toEqual([]);
    machine.withdraw(published);
    expect(publishes(machine)).toEqual(['3206000161000279']);
    machine.hears('40020002');
    expect([codeOf(published), codeOf(next)]).toEqual(['aborted', 'done']);
    expect(store.names).toEqual(['put out-1', 'delete out-2']);
  });

  test('that answers in another order: PUBLISH leaves in the order of publish, PUBREL in that of PUBREC [MQTT-4.6.0-4]', () => {
    const store = new LateStore();
    const machine = new Machine({ store }).online();
    for (const payload of ['x', 'y', 'z']) machine.publish(2, payload);
    for (let left = 3; left--; ) store.answer(undefined, left);
    expect(
      publishes(machine.do(() => []))
        .join('')
        .match(/0001610000?\d7[89a]/g),
    ).toEqual(['0001610001' + '78', '0001610002' + '79', '0001610003' + '7a']);
    machine.hears('50020002', '50020001', '50020003');
    expect(store.names).toEqual(['put out-2', 'put out-1', 'put out-3']);
    machine.sent.length = 0;
    machine.actions.length = 0;
    for (let left = 3; left--; ) store.answer(undefined, left);
    expect(machine.do(() => []).sent.join('')).toBe('62020002' + '62020001' + '62020003');
  });

  test('that has not answered the put of PUBREL is not asked again by its PUBLISH before both are there', () => {
    const store = new LateStore();
    const machine = new Machine({ store, cleanSession: true }).online();
    machine.publish(2);
    store.answer();
    machine.do(() => []).hears('50020001');
    again(machine, false);
    // The Session began anew: the PUBLISH takes the place of PUBREL in the store, and leaves when it is there.
    expect([store.names, publishes(machine)]).toEqual([['put out-1', 'put out-1'], []]);
    store.answer();
    expect(publishes(machine.do(() => []))).toEqual([]);
    store.answer();
    expect(publishes(machine.do(() => []))).toEqual(['3c06000161000178']);
  });

  test('that fails to keep PUBREL ends the client', () => {
    const { store, machine, published } = stored();
    store.answer();
    machine.do(() => []).hears('50020001');
    store.answer(new Error('disk full'));
    machine.do(() => []);
    expect(machine.client.state()).toMatchObject({ type: 'stopped', error: { code: 'session-lost', stage: 'store' } });
    expect(codeOf(published)).toBe('session-lost');
  });

  test('that answers after the end changes nothing', () => {
    const { store, machine, published } = stored();
    close(machine);
    expect(codeOf(published)).toBe('closed');
    const { length } = machine.actions;
    store.answer();
    machine.do(() => []);
    expect([machine.actions.length, store.names]).toEqual([length, []]);
    machine.withdraw(published);
    expect(store.names).toEqual([]);
  });

  test('of an earlier run is sent again with DUP, PUBREL without, and the numbers go on behind it', () => {
    const store = memoryStore();
    store.put('out-000000000000009', Buffer.from('3406000161000278', 'hex'));
    store.put('out-000000000000003', Buffer.from('62020001', 'hex'));
    const machine = new Machine({ store, window: 9 }).online(true);
    expect(machine.sent.at(-1)).toBe('62020001' + '3c06000161000278');
    const next = machine.publish(1);
    expect([next.outgoing?.sequence, next.outgoing?.packetId]).toEqual([10, 3]);
    machine.hears('70020001', '50020002', '70020002', '40020003');
    expect([...(store.load() as Iterable<unknown>)]).toEqual([]);
  });
});

describe('what is published before the store is read', () => {
  /** An earlier run has left one PUBLISH with identifier 1 under out-1. */
  const early = (): { machine: Machine; records: SessionStore; read: () => Promise<void>; published: Published[] } => {
    const records = memoryStore();
    records.put('out-000000000000001', Buffer.from('3206000161000164', 'hex'));
    let read = (): void => {};
    const load = new Promise<void>((resolve) => (read = resolve)).then(() => records.load());
    const machine = new Machine({ store: { ...records, load: () => load } });
    return {
      machine,
      records,
      published: [1, 0, 2].map((qos) => machine.publish(qos as 0 | 1 | 2, `${qos}`)),
      async read() {
        read();
        for (let i = 0; i < 5; i++) await undefined;
        machine.do(() => []);
      },
    };
  };
  const keys = ({ load }: SessionStore): string[] => [...(load() as Iterable<[string]>)].map(([key]) => key.slice(-1));

  test('comes behind what is there, under identifiers and keys of its own', async () => {
    const { machine, records, published, read } = early();
    expect(keys(records)).toEqual(['1']);
    await read();
    expect(keys(records)).toEqual(['1', '2', '4']);
    machine.online(true);
    expect(machine.sent.at(-1)).toBe('3a06000161000164' + '3206000161000231' + '300400016130' + '3406000161000332');
    machine.hears('40020001');
    expect(published.map(codeOf)).toEqual([undefined, 'done', undefined]);
    machine.hears('40020002', '50020003', '70020003');
    expect([published.map(codeOf), keys(records)]).toEqual([['done', 'done', 'done'], []]);
  });

  test('can be withdrawn, and leaves no record', async () => {
    const { machine, records, published, read } = early();
    for (const one of published) machine.withdraw(one);
    await read();
    expect([published.map(codeOf), keys(records)]).toEqual([['aborted', 'aborted', 'aborted'], ['1']]);
    expect(machine.online(true).sent.at(-1)).toBe('3a06000161000164');
  });

  test('is nothing that the server could have lost', async () => {
    const machine = new Machine({ onSessionLost: 'fail', store: { ...memoryStore(), load: async () => [] } });
    machine.publish(1);
    for (let i = 0; i < 5; i++) await undefined;
    expect(
      machine
        .do(() => [])
        .online()
        .states.at(-1)?.type,
    ).toBe('online');
  });
});

describe('the end', () => {
  test('settles everyone, and what is asked for afterwards at once', () => {
    const machine = new Machine().online();
    const all = [machine.publish(1), machine.publish(2)];
    machine.client.abort(new RangeError('given up'));
    machine.do(() => []);
    expect(all.map(({ outcome }) => outcome)).toEqual([new RangeError('given up'), new RangeError('given up')]);
    expect(machine.publish(1).outcome).toEqual(new RangeError('given up'));
    machine.withdraw({ ...all[0]!, outgoing: all[0]!.outgoing });
  });

  test('waits for what is under way, and not for ever', () => {
    const machine = new Machine().online();
    const [one, two] = [machine.publish(1), machine.publish(1)];
    machine.client.close(500);
    machine
      .do(() => [])
      .hears('40020001')
      .advance(499);
    expect([codeOf(one), codeOf(two), machine.client.ended()]).toEqual(['done', undefined, false]);
    expect([codeOf(machine.publish(0)), machine.client.ready()]).toEqual(['closed', false]);
    machine.advance(1);
    expect([codeOf(two), machine.client.ended(), machine.sent.at(-1)]).toEqual(['closed', true, 'e000']);
  });

  test('comes at once with the last acknowledgement', () => {
    const machine = new Machine().online();
    const published = machine.publish(1);
    machine.client.close(500);
    machine.do(() => []).hears('40020001');
    expect([codeOf(published), machine.client.ended()]).toEqual(['done', true]);
  });
});

describe('the payload of a message', () => {
  test.each([0, 1, 2] as const)(
    'that waits at QoS %i is that of the call, whatever the caller writes to it later',
    (qos) => {
      const machine = new Machine();
      const payload = Buffer.from('as it was');
      machine.publish(qos, '', { payload });
      payload.fill(0);
      machine.online();
      expect(Buffer.from(machine.sent.join(''), 'hex').toString('latin1')).toContain('as it was');
    },
  );

  test.each(['text', 7, undefined, [1, 2]])('that is no array of bytes is refused at once: %o', (payload) => {
    expect(() => new Machine().publish(1, '', { payload: payload as never })).toThrow(TypeError);
  });
});
