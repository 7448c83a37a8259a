import { describe, expect, test } from 'vitest';
import type { Subscription, SubscriptionOptions } from '../../../packages/client/src/mqtt/subscription.ts';
import { Machine } from './machine.ts';
import { message } from './server.ts';

// What the server is asked for, and what the subscriber is told.

class Subscriber extends Machine {
  readonly told: string[] = [];

  wants(qos: 0 | 1 | 2, topicFilter = 'in', fields: Partial<SubscriptionOptions> = {}): Subscription {
    return this.subscribe(fields.highWater ?? 10, {
      topicFilter,
      qos,
      onGranted: (granted) => this.told.push(`${topicFilter} granted ${granted}`),
      onEnd: (error) => this.told.push(`${topicFilter} ended ${(error as { code?: string } | undefined)?.code ?? ''}`),
      ...fields,
    });
  }

  drops(subscription: Subscription): this {
    this.client.unsubscribe(subscription, () => this.told.push(`${subscription.options.topicFilter} gone`));
    return this.do(() => []);
  }

  fresh(): this {
    this.actions.length = 0;
    this.told.length = 0;
    return this;
  }

  again(sessionPresent = true): this {
    return this.lost().advance(2000).fresh().online(sessionPresent);
  }

  /** `sub in 1` and `unsub in`, with their identifiers. */
  get asked(): string[] {
    return this.sent.join('').match(/8207....0002696e0.|a2060...0002696e/g) ?? [];
  }
}

describe('the server', () => {
  test('is asked for the highest QoS of one filter, and is left by the last', () => {
    const machine = new Subscriber().online();
    const one = machine.wants(1);
    machine.hears('9003000101');
    const two = machine.wants(2);
    machine.hears('9003000202');
    const zero = machine.wants(0);
    machine.hears('9003000302');
    expect(machine.asked).toEqual(['820700010002696e01', '820700020002696e02', '820700030002696e02']);
    expect(machine.told).toEqual([
      'in granted 1',
      'in granted 2',
      'in granted 2',
      'in granted 2',
      'in granted 2',
      'in granted 2',
    ]);
    machine.fresh().drops(two).drops(zero);
    expect([machine.asked, machine.told]).toEqual([[], ['in ended ', 'in gone', 'in ended ', 'in gone']]);
    machine.drops(one);
    expect([machine.asked, machine.told.slice(4)]).toEqual([['a20600040002696e'], ['in ended ']]);
    machine.hears('b0020004');
    expect(machine.told.slice(4)).toEqual(['in ended ', 'in gone']);
  });

  test('is asked again for what it has not answered, and not for what it has', () => {
    const machine = new Subscriber().online();
    machine.wants(1);
    machine.again();
    expect(machine.asked).toEqual(['820700020002696e01']);
    machine.hears('9003000201').again();
    expect(machine.asked).toEqual([]);
    machine.again(false);
    expect([machine.asked, machine.hears('9003000301').told]).toEqual([['820700030002696e01'], ['in granted 1']]);
  });

  test('is asked again when its Session may be another than ours', () => {
    const machine = new Subscriber().online();
    machine.wants(1);
    machine.hears('9003000101').lost().advance(2000).connected().lost().advance(4000).fresh().online(true);
    expect(machine.asked).toEqual(['820700020002696e01']);
  });

  test('is told nothing of what was subscribed and dropped while it was away', () => {
    const machine = new Subscriber();
    const one = machine.wants(1);
    machine.drops(one);
    expect(machine.told).toEqual(['in ended ', 'in gone']);
    expect(machine.online().asked).toEqual([]);
    expect(machine.drops(one).told).toEqual(['in ended ', 'in gone', 'in gone']);
  });

  test('is told nothing of it either when it has kept the Session', () => {
    const machine = new Subscriber().online().lost();
    const one = machine.wants(1);
    expect(machine.drops(one).told).toEqual(['in ended ', 'in gone']);
    expect(machine.advance(2000).online(true).asked).toEqual([]);
  });

  test('is not left when one of two is dropped twice: the other goes on', () => {
    const machine = new Subscriber().online();
    const [one, two] = [machine.wants(1), machine.wants(1)];
    machine.hears('9003000101', '9003000201').fresh();
    machine.drops(one).drops(one);
    expect([machine.asked, machine.told]).toEqual([[], ['in ended ', 'in gone', 'in gone']]);
    machine.hears(message('in', '1', 0));
    expect([one.size, two.size]).toEqual([0, 1]);
  });

  test('is left on the next connection by what was dropped without one, unless its Session is new', () => {
    for (const sessionPresent of [true, false]) {
      const machine = new Subscriber().online();
      const one = machine.wants(1);
      machine.hears('9003000101').lost().fresh().drops(one);
      expect(machine.told).toEqual(['in ended ', 'in gone']);
      machine.advance(2000).online(sessionPresent);
      expect(machine.asked).toEqual(sessionPresent ? ['a20600020002696e'] : []);
    }
  });

  test('whose UNSUBACK was lost is asked once more', () => {
    const machine = new Subscriber().online();
    const one = machine.wants(1);
    machine.hears('9003000101').fresh().drops(one).lost();
    expect(machine.told).toEqual(['in ended ', 'in gone']);
    machine.advance(2000).fresh().online(true);
    expect(machine.asked).toEqual(['a20600030002696e']);
    machine.hears('b0020003').again();
    expect(machine.asked).toEqual([]);
  });

  test('keeps what was asked for anew before its UNSUBACK came', () => {
    const machine = new Subscriber().online();
    const one = machine.wants(1);
    machine.hears('9003000101').drops(one);
    const two = machine.wants(1);
    machine
      .hears('b0020002', '9003000301')
      .fresh()
      .hears(message('in', 'x', 1, 9));
    expect(two.size).toBe(1);
    machine.again(false);
    expect(machine.asked).toEqual(['820700040002696e01']);
  });

  test('that refuses ends the subscription with its code, and is not asked again', () => {
    const machine = new Subscriber().online();
    machine.wants(1);
    machine.hears('9003000180').again(false);
    expect(machine.asked).toEqual([]);
    const other = new Subscriber().online();
    const refused: unknown[] = [];
    const one = other.wants(1, 'in', { onEnd: (error) => refused.push(error) });
    other.hears('9003000180');
    expect(refused).toMatchObject([{ code: 'subscribe-refused', stage: 'subscribe', returnCode: 128 }]);
    expect(other.fresh().drops(one).told).toEqual(['in gone']);
    other.hears('30040002696e');
    expect(one.size).toBe(0);
  });

  test.each([
    ['more than was asked for', '9003000102', 'qos-above-granted'],
    ['two codes', '900400010101', 'suback-count'],
    ['UNSUBACK for a SUBSCRIBE', 'b0020001', 'unknown-packet-id'],
  ])('that answers %s breaks the rules', (_title, packet, reason) => {
    const machine = new Subscriber().online();
    machine.wants(1);
    machine.hears(packet);
    expect(machine.client.state()).toMatchObject({ cause: { reason, packetId: Number(packet.slice(4, 8)) } });
  });

  test('that answers an UNSUBSCRIBE by SUBACK, or a PUBLISH, breaks the rules; one that answers twice does not', () => {
    for (const packet of ['9003000201', '9003000301']) {
      const machine = new Subscriber().online();
      const one = machine.wants(1);
      machine.hears('9003000101', '9003000101').drops(one).publish(1);
      expect(machine.client.state().type).toBe('online');
      machine.hears(packet);
      expect(machine.client.state()).toMatchObject({ cause: { reason: 'unknown-packet-id' } });
    }
  });
});

describe('a message', () => {
  test('may come before SUBACK, at the QoS that was asked for', () => {
    const machine = new Subscriber({ cleanSession: true }).online();
    const one = machine.wants(1);
    expect([machine.hears(message('in', 'x', 1, 9)).client.state().type, one.size]).toEqual(['online', 1]);
    machine.hears(message('in', 'x', 2, 10));
    expect(machine.client.state()).toMatchObject({ cause: { reason: 'qos-above-granted' } });
  });

  test('of a Session that is said to be lost may come at the QoS of the old one, with CleanSession 0 alone', () => {
    for (const cleanSession of [false, true]) {
      const machine = new Subscriber({ cleanSession }).online();
      machine.wants(2);
      machine
        .hears('9003000102')
        .again(false)
        .hears('9003000200', message('in', 'x', 1, 9));
      expect(machine.client.state().type).toBe(cleanSession ? 'waiting' : 'online');
    }
  });

  test('goes to each whose filter matches, even when one of them drops its subscription meanwhile', () => {
    const machine = new Subscriber().online();
    const first: Subscription = machine.wants(0, 'in', {
      onMessage: () => machine.client.unsubscribe(first, () => {}),
    });
    const second = machine.wants(0, 'in/#');
    machine.hears('30040002696e');
    expect([first.size, second.size]).toEqual([0, 1]);
  });

  test.each([
    ['drop-oldest', ['2', '3'], '40020001'],
    ['drop-newest', ['1', '2'], ''],
    ['hold', ['1', '2'], ''],
  ] as const)('that finds the queue full: %s', (whenFull, held, said) => {
    const machine = new Subscriber().online();
    const one = machine.wants(1, 'in', { highWater: 2, whenFull });
    machine.hears('9003000101').fresh();
    for (const i of [1, 2, 3]) machine.hears(message('in', `${i}`, 1, i));
    expect(machine.sent.join('')).toBe(said);
    const taken = [one.take(), one.take(), one.take()];
    expect(taken.map((each) => each && String(Buffer.from(each.payload)))).toEqual([...held, undefined]);
    expect(one.dropped).toBe(1);
    for (const each of taken) each?.ack();
    expect(machine.do(() => []).sent.join('')).toBe(
      {
        'drop-oldest': '400200014002000240020003',
        'drop-newest': '400200014002000240020003',
        hold: '4002000140020002e000',
      }[whenFull],
    );
  });

  test('of QoS 0 that a full subscription dropped does not come again: the connection stays', () => {
    const machine = new Subscriber().online();
    const one = machine.wants(1, 'in', { highWater: 1 });
    machine.hears('9003000101').fresh().hears('30050002696e31', '30050002696e32');
    one.take();
    expect([machine.do(() => []).sent, one.dropped]).toEqual([[], 1]);
  });

  test('that was held and not taken is not acknowledged when its subscription ends', () => {
    const machine = new Subscriber().online();
    const one = machine.wants(1);
    machine
      .hears('9003000101', message('in', '1', 1, 7), message('other', '2', 1, 8))
      .fresh()
      .drops(one);
    expect(machine.sent.join('')).toBe('40020008' + 'a20600020002696e');
  });

  test('that was held is acknowledged when its subscription ends with CleanSession 1: it would never come again', () => {
    const machine = new Subscriber({ cleanSession: true }).online();
    const one = machine.wants(1);
    machine
      .hears('9003000101', message('in', '1', 1, 7))
      .fresh()
      .drops(one);
    expect(machine.sent.join('')).toBe('40020007' + 'a20600020002696e');
  });

  test('that two subscriptions hold is acknowledged if one of them has it when the other ends', () => {
    for (const [firstEnds, itself] of [
      [true, true],
      [true, false],
      [false, true],
      [false, false],
    ]) {
      const machine = new Subscriber().online();
      const [one, two] = [machine.wants(2), machine.wants(2, 'in/#')];
      machine.hears('9003000102', '9003000202', message('in', 'x', 2, 7)).fresh();
      if (firstEnds) machine.drops(one);
      if (itself) two.take()!.ack();
      else machine.drops(two);
      if (!firstEnds) machine.drops(one);
      expect(
        machine
          .do(() => [])
          .sent.join('')
          .includes('50020007'),
      ).toBe(itself);
    }
  });

  test('is a copy, with what the packet says', () => {
    const machine = new Subscriber().online();
    const one = machine.wants(1);
    machine.hears('9003000101');
    const bytes = Buffer.from('3b090002696e0007aabbcc', 'hex');
    machine.do(() => machine.client.receive(bytes, 0));
    bytes.fill(0);
    const { topicName, payload, qos, retain, duplicate } = one.take()!;
    expect({ topicName, payload: [...payload], qos, retain, duplicate }).toEqual({
      topicName: 'in',
      payload: [0xaa, 0xbb, 0xcc],
      qos: 1,
      retain: true,
      duplicate: true,
    });
  });
});

test('the end tells every subscriber: with the error, or with none when it was closed', () => {
  for (const closed of [true, false]) {
    const machine = new Subscriber().online();
    machine.wants(1, 'in');
    machine.wants(1, 'in');
    machine.wants(1, 'b');
    if (closed) machine.client.close(0);
    else machine.client.abort({ code: 'x' });
    machine.do(() => []);
    const code = closed ? '' : 'x';
    expect(machine.told).toEqual([`in ended ${code}`, `in ended ${code}`, `b ended ${code}`]);
    expect(machine.wants(1)).toBeUndefined();
    expect(machine.told.at(-1)).toBe(`in ended ${closed ? 'closed' : 'x'}`);
  }
});

test('a clean Session is not begun anew for what a full subscription passed over: the server sends nothing again', () => {
  const machine = new Subscriber({ cleanSession: true }).online();
  const subscription = machine.wants(1, 'in', { highWater: 1 });
  machine.hears('9003000101', message('in', 'one', 1, 1), message('in', 'two', 1, 2));
  expect([subscription.size, subscription.dropped]).toEqual([1, 1]);
  machine.fresh();
  expect(String(Buffer.from(subscription.take()!.payload))).toBe('one');
  machine.do(() => []);
  expect([machine.states, machine.dials]).toEqual([[], []]);
});
