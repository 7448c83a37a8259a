import fc from 'fast-check';
import { type Packet, parser } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import type { Subscription } from '../../../packages/client/src/mqtt/subscription.ts';
import { Machine } from './machine.ts';
import { message } from './server.ts';

// An application that changes its mind before the server has answered, on a line that may be cut between the two.

const REFUSED = 'refused';

interface Wanted {
  readonly subscription: Subscription;
  readonly topicFilter: string;
  readonly qos: 0 | 1 | 2;
  granted: number | undefined;
  ended: boolean;
  dropped: boolean;
  gone: boolean;
}

/** A client, and a server that carries out each request when it is told to. */
class Changing extends Machine {
  readonly wanted: Wanted[] = [];
  /** What the server knows. */
  readonly filters = new Map<string, number>();
  #requests: Packet[] = [];

  wants(topicFilter: string, qos: 0 | 1 | 2): void {
    const fields = { topicFilter, qos, granted: undefined, ended: false, dropped: false, gone: false };
    const own: Omit<Wanted, 'subscription'> & { subscription?: Subscription } = fields;
    own.subscription = this.subscribe(10, {
      topicFilter,
      qos,
      onGranted: (granted) => {
        own.granted ??= granted;
      },
      onEnd: () => {
        own.ended = true;
      },
    });
    this.wanted.push(own as Wanted);
  }

  drops(own: Wanted | undefined): void {
    if (!own || own.dropped) return;
    own.dropped = true;
    this.client.unsubscribe(own.subscription, () => {
      own.gone = true;
    });
    this.do(() => []);
  }

  /** How many requests the server has got and not carried out. */
  asked(): number {
    this.#requests.push(...this.#sent());
    return this.#requests.length;
  }

  /** The server gets what was sent, carries out so many requests, and says the answers or not. Returns how many they were. */
  carriesOut(count: number, answers: boolean): number {
    this.asked();
    const carriedOut = this.#requests.splice(0, count);
    for (const request of carriedOut) {
      const { cmd, messageId } = request;
      if (cmd === 'subscribe') {
        const [{ topic, qos }] = request.subscriptions as [{ topic: string; qos: 0 | 1 | 2 }];
        if (topic !== REFUSED) this.filters.set(topic, qos);
        if (answers) this.hears({ cmd: 'suback', messageId, granted: [topic === REFUSED ? 128 : qos] } as Packet);
      } else if (cmd === 'unsubscribe') {
        this.filters.delete(request.unsubscriptions[0]!);
        if (answers) this.hears({ cmd: 'unsuback', messageId } as Packet);
      }
    }
    return carriedOut.length;
  }

  /** `silent`: before the new connection there is one without CONNACK. */
  cut(silent: boolean, sessionPresent: boolean): void {
    this.lost();
    this.#requests = [];
    if (!sessionPresent) this.filters.clear();
    this.#dialled();
    if (silent) this.connected().lost();
    this.#dialled();
    this.#sent();
    this.#requests = [];
    this.online(sessionPresent);
  }

  #dialled(): void {
    while (this.client.state().type === 'waiting') this.advance(1000);
  }

  #sent(): Packet[] {
    const packets: Packet[] = [];
    const reader = parser().on('packet', (packet) => packets.push(packet));
    for (const hex of this.sent) reader.parse(Buffer.from(hex, 'hex'));
    this.actions.length = 0;
    return packets.filter(({ cmd }) => cmd === 'subscribe' || cmd === 'unsubscribe');
  }
}

const qos = fc.constantFrom<0 | 1 | 2>(0, 1, 2);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant('wants' as const), fc.constantFrom('a', 'a', 'b', REFUSED), qos) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('drops' as const), fc.nat(5)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('carries out' as const), fc.nat(3), fc.boolean()) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('line' as const), fc.boolean()) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('cut' as const), fc.boolean(), fc.boolean()) },
);

test('in the end the server knows what the application wants, and each promise of it is settled', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const machine = new Changing().online();
      let up = true;
      const back = (silent = false, sessionPresent = true): void => {
        machine.cut(silent, sessionPresent);
        up = true;
      };
      for (const [what, one, other] of steps) {
        if (what === 'wants') machine.wants(one, other);
        else if (what === 'drops') machine.drops(machine.wanted[one]);
        else if (what === 'carries out') {
          if (up) machine.carriesOut(one, other);
          // Answers that are not said are lost with the line.
          if (up && !other) back();
        } else if (what === 'cut') back(one, other);
        else if (up) {
          machine.lost();
          machine.actions.length = 0;
          up = false;
        }
      }
      if (!up) back();
      machine.carriesOut(Infinity, true);
      const open = machine.wanted.filter(({ dropped, topicFilter }) => !dropped && topicFilter !== REFUSED);
      expect([...machine.filters.keys()].sort()).toEqual(
        [...new Set(open.map(({ topicFilter }) => topicFilter))].sort(),
      );
      for (const { topicFilter, qos, granted } of open) {
        expect(machine.filters.get(topicFilter), topicFilter).toBeGreaterThanOrEqual(qos);
        expect(granted, 'granted').toBeGreaterThanOrEqual(qos);
      }
      for (const { topicFilter, dropped, gone, ended } of machine.wanted) {
        if (dropped) expect([gone, ended]).toEqual([true, true]);
        else if (topicFilter === REFUSED) expect(ended).toBe(true);
      }
      expect(machine.client.state().type).toBe('online');
    }),
    { numRuns: 1000 },
  );
});

test('a server may deliver by a SUBSCRIBE whose SUBACK was lost, until it has answered the next one', () => {
  const machine = new Changing().online();
  machine.wants('in', 2);
  const [one] = machine.wanted;
  machine.lost();
  machine.drops(one);
  machine.wants('in', 0);
  machine.advance(2000).online(true);
  machine.actions.length = 0;
  machine.hears(message('in', 'x', 2, 9));
  expect([machine.client.state().type, machine.wanted[1]!.subscription.size]).toEqual(['online', 1]);
});

test('a message above the granted QoS is not counted as received: later it comes like any other', () => {
  const machine = new Changing().online();
  machine.wants('in', 1);
  machine.carriesOut(1, true);
  machine.hears(message('in', 'x', 2, 9));
  expect(machine.client.state()).toMatchObject({ cause: { reason: 'qos-above-granted' } });
  machine.wants('in', 2);
  machine.advance(2000).online(true);
  machine.carriesOut(1, true);
  machine.hears(message('in', 'x', 2, 9));
  expect(machine.wanted.map(({ subscription }) => subscription.size)).toEqual([1, 1]);
});

describe('more requests than there are Packet Identifiers', () => {
  const MANY = 2500;
  const many = (machine: Changing): void => {
    for (let i = 0; i < MANY; i++) machine.wants(`many/${i}`, 1);
  };
  /** Drops some of them, answers what is asked for, and checks that the server knows the rest. */
  const settles = (machine: Changing): void => {
    for (let i = 0; i < MANY; i += 3) machine.drops(machine.wanted[i]);
    for (let rounds = 0; machine.carriesOut(Infinity, true); rounds++) expect(rounds).toBeLessThan(10);
    const open = machine.wanted.filter(({ dropped }) => !dropped);
    expect([...machine.filters.keys()].sort()).toEqual(open.map(({ topicFilter }) => topicFilter).sort());
    expect(open.every(({ granted }) => granted === 1)).toBe(true);
    expect(machine.wanted.every(({ dropped, gone }) => dropped === gone)).toBe(true);
  };

  test('wait until others are answered, also when messages have all the rest', () => {
    const queue = { maxMessages: 100_000, maxBytes: 10_000_000, whenFull: 'reject' } as const;
    const machine = new Changing({ window: 65_000, queue }).online();
    const refused = Array.from({ length: 66_000 }, () => machine.publish(1)).filter(({ outcome }) => outcome);
    expect(refused.length).toBe(66_000 - 64_535);
    many(machine);
    expect(machine.asked()).toBe(1000);
    settles(machine);
    expect(machine.client.state().type).toBe('online');
  });

  test.each([true, false])('are asked for again on the next connection; Session Present %s', (sessionPresent) => {
    const machine = new Changing().online();
    many(machine);
    machine.carriesOut(700, true);
    machine.cut(false, sessionPresent);
    expect(machine.asked()).toBe(1000);
    settles(machine);
  });

  test('that were not sent yet are dropped without one, and those of a lost connection settle', () => {
    const machine = new Changing().online();
    many(machine);
    const last = machine.wanted.at(-1)!;
    machine.drops(last);
    expect([last.gone, last.ended]).toEqual([true, true]);
    machine.carriesOut(Infinity, true);
    for (const own of machine.wanted) machine.drops(own);
    machine.lost();
    expect(machine.wanted.every(({ gone }) => gone)).toBe(true);
  });
});
