import type { Packet } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { memoryStore } from '../../../packages/client/src/mqtt/store.ts';
import type { ReceivedMessage, Subscription } from '../../../packages/client/src/mqtt/subscription.ts';
import { LateStore } from './late-store.ts';
import { Machine } from './machine.ts';
import { message } from './server.ts';

// What is acknowledged, when, and on which connection.

const dup = (packet: Packet): Packet => ({ ...packet, dup: true }) as Packet;
const keysOf = (store: { load(): unknown }): string[] => [...(store.load() as Iterable<[string]>)].map(([key]) => key);

class Listener extends Machine {
  subscription!: Subscription;

  ready(granted = 2): this {
    this.online();
    this.subscription = this.subscribe();
    this.hears({ cmd: 'suback', messageId: 1, granted: [granted] });
    return this.fresh();
  }

  fresh(): this {
    this.actions.length = 0;
    return this;
  }

  again(sessionPresent = true): this {
    return this.lost().advance(2000).fresh().online(sessionPresent);
  }

  take(): ReceivedMessage {
    return this.subscription.take()!;
  }

  ack(received: ReceivedMessage = this.take()): this {
    return this.do(() => {
      received.ack();
      return [];
    });
  }

  /** What it has said since it was `fresh`, CONNECT left out. */
  get said(): string {
    return this.sent.filter((bytes) => !bytes.startsWith('10')).join('');
  }
}

describe('PUBACK', () => {
  test('belongs to the connection: of one that is lost nothing is acknowledged', () => {
    const machine = new Listener().ready().hears(message('in', '1', 1, 7));
    const old = machine.take();
    machine.again().hears(dup(message('in', '1', 1, 7)));
    expect(machine.ack(old).said).toBe('');
    expect(machine.ack().said).toBe('40020007');
  });

  test('waits for the message before it, and is said once', () => {
    const machine = new Listener().ready().hears(message('in', '1', 1, 7), message('in', '2', 1, 8));
    const [one, two] = [machine.take(), machine.take()];
    expect(machine.ack(two).said).toBe('');
    expect(machine.ack(one).ack(one).ack(two).said).toBe('4002000740020008');
  });

  test('comes when everyone whose filter matches is done', () => {
    const machine = new Listener().ready();
    const other = machine.subscribe(10, { topicFilter: '#' });
    machine
      .hears('9003000202')
      .fresh()
      .hears(message('in', '1', 1, 7));
    expect(machine.ack().said).toBe('');
    expect(machine.ack(other.take()).said).toBe('40020007');
  });

  test('is not said of what a full subscription passed over; those behind are acknowledged', () => {
    const machine = new Listener().online();
    machine.subscription = machine.subscribe(1);
    machine.hears('9003000102').fresh();
    machine.hears(message('in', '1', 1, 7), message('in', '2', 1, 8), message('other', '3', 1, 9));
    expect([machine.said, machine.subscription.dropped]).toEqual(['', 1]);
    expect(machine.ack().said.slice(0, 16)).toBe('4002000740020009');
  });

  test('of 65,535 messages without one, the next is a violation: the server has no identifier left', () => {
    const machine = new Listener({ maxPacketSize: 1e6 }).online();
    machine.subscription = machine.subscribe(1e6);
    machine.hears('9003000102');
    const one = Buffer.from('32060002696e0007', 'hex');
    const all = Buffer.alloc(one.length * 65_535, one);
    machine.do(() => machine.client.receive(all, machine.now));
    expect(machine.client.state().type).toBe('online');
    machine.hears(one.toString('hex'));
    expect(machine.client.state()).toMatchObject({ cause: { reason: 'unexpected-packet', packetId: 7 } });
  });
});

describe('QoS 2', () => {
  test('is given once over many connections, and PUBREC is said on each [MQTT-4.3.3-2]', () => {
    const machine = new Listener().ready().hears(message('in', '1', 2, 7));
    const received = machine.take();
    machine.again().hears(dup(message('in', '1', 2, 7)));
    expect([machine.subscription.size, machine.said]).toEqual([0, '']);
    expect(machine.ack(received).said).toBe('50020007');
    machine.again().hears(dup(message('in', '1', 2, 7)), '62020007');
    expect(machine.said).toBe('5002000770020007');
  });

  test('acknowledged while there is no connection is acknowledged on the next, when it comes again', () => {
    const machine = new Listener().ready().hears(message('in', '1', 2, 7));
    const received = machine.take();
    machine.lost().ack(received).advance(2000).fresh().online(true);
    expect(machine.said).toBe('');
    expect(machine.hears(dup(message('in', '1', 2, 7))).said).toBe('50020007');
    expect(machine.subscription.size).toBe(0);
  });

  test('PUBREL before our PUBREC is a violation; of one that we do not know it is answered', () => {
    const machine = new Listener().ready().hears('62020009');
    expect(machine.said).toBe('70020009');
    machine.hears(message('in', '1', 2, 7), '62020007');
    expect(machine.client.state()).toMatchObject({ cause: { reason: 'unknown-packet-id', packetId: 7 } });
  });

  test.each([false, true])(
    'under an identifier that a message of QoS 1 has had is a new message; skipped: %s',
    (skipped) => {
      const machine = new Listener().online();
      machine.subscription = machine.subscribe(1);
      // With room for one, the second is skipped, and the server may send another under its identifier after a cut.
      machine.hears('9003000102', message('in', '1', 1, 6), ...(skipped ? [message('in', '2', 1, 7)] : [])).fresh();
      machine.ack();
      if (!skipped)
        machine
          .hears(message('in', '2', 1, 7))
          .ack()
          .fresh();
      if (skipped) machine.advance(1000).fresh().online(true);
      machine.hears(message('in', '3', 2, 7));
      const third = machine.take();
      expect(Buffer.from(third.payload).toString()).toBe('3');
      expect(machine.ack(third).said).toMatch(/50020007$/);
      // An identifier of QoS 1 has nothing for PUBREL to end.
      expect(machine.fresh().hears(message('in', '4', 1, 8), '62020008').said).toBe('70020008');
    },
  );

  test('of a Session that is lost is a new message, and the old one has nothing to say', () => {
    const store = memoryStore();
    const machine = new Listener({ store }).ready().hears(message('in', '1', 2, 7), message('in', '2', 2, 8));
    const [one, two] = [machine.take(), machine.take()];
    machine.ack(one);
    expect(keysOf(store)).toEqual(['in-7']);
    machine.again(false);
    expect(keysOf(store)).toEqual([]);
    machine
      .hears('9003000202')
      .fresh()
      .hears(message('in', '3', 2, 8));
    expect(machine.ack(two).said).toBe('');
    expect(keysOf(store)).toEqual([]);
    expect(machine.ack().said).toBe('50020008');
  });

  test('under an identifier that is held, without DUP, is new after a CONNECT that was not answered, and known otherwise', () => {
    for (const doubtful of [true, false]) {
      const machine = new Listener().ready().hears(message('in', '1', 2, 7));
      machine.ack();
      machine.lost().advance(2000);
      // The server may have begun a Session anew by this CONNECT.
      if (doubtful) machine.connected().lost().advance(2000);
      machine
        .fresh()
        .online(true)
        .hears(message('in', '2', 2, 7));
      expect([machine.subscription.size, /5002/.test(machine.said)]).toEqual(doubtful ? [1, false] : [0, true]);
    }
  });

  test('with DUP is known all the same after a CONNECT that was not answered', () => {
    const machine = new Listener()
      .ready()
      .hears(message('in', '1', 2, 7))
      .ack()
      .lost()
      .advance(2000);
    machine
      .connected()
      .lost()
      .advance(2000)
      .fresh()
      .online(true)
      .hears(dup(message('in', '1', 2, 7)));
    expect([machine.subscription.size, machine.said.slice(-8)]).toEqual([0, '50020007']);
  });

  test('passed over is not known any more: it is given when it comes again', () => {
    const machine = new Listener().online();
    machine.subscription = machine.subscribe(1);
    machine.hears('9003000102', message('in', '1', 1, 6), message('in', '2', 2, 7)).fresh();
    machine
      .ack()
      .advance(1000)
      .fresh()
      .online(true)
      .hears(dup(message('in', '2', 2, 7)));
    expect(machine.subscription.size).toBe(1);
    expect(machine.ack().said).toBe('50020007');
  });

  test('has its record before PUBREC, and loses it before PUBCOMP', () => {
    const store = new LateStore();
    const machine = new Listener({ store })
      .ready()
      .hears(message('in', '1', 2, 7))
      .ack();
    expect([store.names, machine.said]).toEqual([['put in-7'], '']);
    store.answer();
    expect(machine.do(() => []).said).toBe('50020007');
    machine.hears('62020007');
    expect([store.names, machine.said]).toEqual([['delete in-7'], '50020007']);
    store.answer();
    expect(machine.do(() => []).said).toBe('5002000770020007');
    expect(keysOf(store)).toEqual([]);
  });

  test('PUBCOMP of a connection that is gone, or was left, is not said', () => {
    for (const leave of [(machine: Listener) => machine.again(), (machine: Listener) => machine.lost()]) {
      const store = new LateStore();
      const machine = new Listener({ store })
        .ready()
        .hears(message('in', '1', 2, 7))
        .ack();
      store.answer();
      machine.do(() => []).hears('62020007');
      leave(machine).fresh();
      store.answer();
      expect(machine.do(() => []).said).toBe('');
    }
  });

  test('of an earlier run is known by its record: it is answered, and not given out', () => {
    const store = memoryStore();
    store.put('in-7', Buffer.from('50020007', 'hex'));
    const machine = new Listener({ store }).online(true);
    machine.subscription = machine.subscribe();
    machine.hears('9003000102').fresh();
    machine.hears(dup(message('in', '1', 2, 7)), '62020007');
    expect([machine.subscription.size, machine.said, keysOf(store)]).toEqual([0, '5002000770020007', []]);
  });
});

describe('a Session of an earlier run, before anybody has subscribed', () => {
  const resumed = (): Listener => new Listener().online(true).fresh();

  test('has its messages kept for those who subscribe within ten seconds', () => {
    const machine = resumed().hears(message('in', '1', 1, 7), message('other', '2', 1, 8));
    machine.subscription = machine.subscribe();
    expect([machine.subscription.size, machine.said.includes('4002')]).toEqual([1, false]);
    machine.ack();
    expect(machine.said).toMatch(/40020007$/);
    machine.advance(9999);
    expect(machine.said).toMatch(/40020007$/);
    machine.advance(1);
    expect(machine.said).toMatch(/4002000740020008$/);
  });

  test('has what nobody took acknowledged after them, and at once from then on', () => {
    const machine = resumed()
      .hears(message('in', '1', 2, 7))
      .advance(10_000);
    expect(machine.said).toBe('50020007');
    expect(machine.hears(message('in', '2', 1, 8)).said).toMatch(/40020008$/);
  });

  test('is not what a new Session has', () => {
    const machine = new Listener().online(false).fresh().hears('30040002696e');
    expect(machine.said).toBe('');
    expect(machine.hears(message('in', '1', 1, 7)).said).toBe('40020007');
  });

  test.each([
    [true, 'of a resumed one is taken: the earlier run may have been granted it', 'online'],
    [false, 'of a new one is a violation', 'waiting'],
  ] as const)('Session Present %s: a message above the QoS that is asked for now %s', (present, _title, state) => {
    const machine = new Listener().online(present);
    machine.subscribe(100, { qos: 0 });
    expect(machine.hears(message('in', '1', 2, 7)).client.state().type).toBe(state);
  });

  test('is not the one that goes on after a cut: above what was granted in it is a violation', () => {
    const machine = new Listener().ready(0).again(true);
    expect(machine.hears(message('in', '1', 2, 7)).client.state().type).toBe('waiting');
  });
});
