import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Reconnect, type ReconnectOptions } from '../../../packages/client/src/mqtt/reconnect.ts';

const reconnect = (options: Partial<ReconnectOptions> = {}): Reconnect =>
  new Reconnect({ random: () => 0.5, attempts: Infinity, baseMs: 1000, capMs: 60_000, silenceMs: 30_000, ...options });
const delays = (of: Reconnect, count: number): (number | undefined)[] =>
  Array.from({ length: count }, () => of.delay());

describe('the ladder', () => {
  test('doubles up to its ceiling, and the jitter takes from nothing to all of it', () => {
    expect(delays(reconnect(), 8)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(delays(reconnect({ random: () => 0 }), 3)).toEqual([0, 0, 0]);
  });

  test('ends after its attempts, and 0 attempts are none', () => {
    expect(delays(reconnect({ attempts: 2 }), 3)).toEqual([500, 1000, undefined]);
    expect(reconnect({ attempts: 0 }).delay()).toBeUndefined();
  });

  test('stays a number after ten thousand failures, without a first delay and without a cap', () => {
    for (const options of [{}, { baseMs: 0 }, { capMs: Infinity }, { baseMs: 0, capMs: Infinity }]) {
      const of = reconnect({ ...options, random: () => 0 });
      expect(delays(of, 10_000).every((delay) => delay === 0)).toBe(true);
    }
  });

  test('takes half of the time to the deadline at most, and none when the server asks for more than is left', () => {
    expect(reconnect({ random: () => 0.999 }).delay(0, 1000)).toBeCloseTo(499.5);
    expect(reconnect().delay(1000, 1000)).toBeUndefined();
    expect(reconnect().delay(0, 0)).toBeUndefined();
  });

  test('no two of a fleet are sent at one instant, whatever the server asks for and however far the ladder is', () => {
    fc.assert(
      fc.property(fc.nat(90_000), fc.nat(12), fc.integer({ min: 1, max: 300_000 }), (floor, failures, left) => {
        let draw = 0;
        const fleet = Array.from({ length: 50 }, () => {
          const of = reconnect({ random: () => ++draw / 4000 });
          delays(of, failures);
          return of.delay(floor, left);
        });
        const pauses = fleet.filter((delay) => delay !== undefined);
        expect(pauses.length).toBe(floor < left ? 50 : 0);
        expect(new Set(pauses).size).toBe(pauses.length);
        for (const delay of pauses) expect(delay >= floor && delay < left).toBe(true);
      }),
    );
  });
});

describe('the ladder begins anew', () => {
  test('after a link that stood, and not after one that was accepted and lost', () => {
    const of = reconnect({ standMs: 30_000 });
    delays(of, 3);
    of.accepted(0);
    of.lost(29_999);
    expect(of.delay()).toBe(4000);
    of.accepted(100_000);
    of.lost(130_000);
    expect(of.delay()).toBe(500);
  });

  test('neither for a dial that failed long after the last link, nor without standMs', () => {
    const of = reconnect({ standMs: 30_000 });
    of.accepted(0);
    of.lost(1);
    delays(of, 3);
    of.lost(100_000);
    expect(of.delay()).toBe(4000);
    const once = reconnect();
    delays(once, 3);
    once.accepted(0);
    once.lost(1e9);
    expect(once.delay()).toBe(4000);
  });
});

describe('routes', () => {
  const route = (of: Reconnect, path: boolean): [boolean, number] => [of.failed(path), of.route];

  test('are tried one after the other, and then from the first', () => {
    const of = reconnect({ routes: 3 });
    expect([1, 2, 3, 4].map(() => route(of, true))).toEqual([
      [true, 1],
      [true, 2],
      [false, 0],
      [true, 1],
    ]);
  });

  test('are not changed for a failure that every route would meet', () => {
    const of = reconnect({ routes: 2 });
    expect(route(of, false)).toEqual([false, 0]);
  });

  test('begin at the one that stood, once, and at the first when it fails again', () => {
    const of = reconnect({ routes: 2 });
    of.failed(true);
    of.connected();
    expect([route(of, true), route(of, true), route(of, true)]).toEqual([
      [false, 1],
      [false, 0],
      [true, 1],
    ]);
  });

  test('give a dial less time while there is another one', () => {
    const of = reconnect({ routes: 2 });
    expect([of.patience(), of.patience(6000), reconnect({ routes: 2, silenceMs: 5 }).patience()]).toEqual([
      10_000, 2000, 5,
    ]);
    of.failed(true);
    expect([of.patience(), of.patience(6000), reconnect().patience()]).toEqual([30_000, 30_000, 30_000]);
  });
});
