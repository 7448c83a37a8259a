import { expect, test } from 'vitest';
import type { Connection } from '../../../packages/client/src/mqtt/connection-options.ts';
import type { Outbound } from '../../../packages/client/src/mqtt/outgoing.ts';
import { PlannedReconnect } from '../../../packages/client/src/mqtt/planned-reconnect.ts';
import { TimeLimit } from '../../../packages/client/src/mqtt/time-limit.ts';
import { Machine } from './machine.ts';

test('a limit that is not set is never over', () => {
  const limit = new TimeLimit();
  expect([limit.over(1e15), limit.at]).toEqual([false, Infinity]);
});

test('a limit runs from the turn in which it is first asked for, and is over at its moment', () => {
  const limit = new TimeLimit();
  limit.set(100);
  expect([limit.at, limit.over(1000), limit.at]).toEqual([Infinity, false, 1100]);
  expect([limit.over(1099), limit.over(1100), limit.over(5000)]).toEqual([false, true, true]);
  expect(limit.at).toBe(1100);
});

test('of two limits the shorter one counts, whichever was set first', () => {
  for (const both of [
    [50, 100],
    [100, 50],
  ] as const) {
    const limit = new TimeLimit();
    for (const ms of both) limit.set(ms);
    expect([limit.over(0), limit.at]).toEqual([false, 50]);
  }
  const running = new TimeLimit();
  running.set(100);
  running.over(0);
  running.set(20);
  expect([running.over(10), running.at, running.over(30)]).toEqual([false, 30, true]);
});

const PLAN = { hold: false, elsewhere: true };

function leaving(
  phase: 'open' | 'connecting' | undefined,
  idle: boolean,
): { due(now: number): unknown; outbound: Outbound } {
  const leave = new PlannedReconnect();
  const outbound = { blocked: false, idle: () => idle } as Outbound;
  const connection = phase && ({ phase: () => phase } as Connection);
  leave.plan = PLAN;
  return { due: (now) => leave.due(connection, outbound, now), outbound };
}

test('without a plan there is nothing to leave for', () => {
  const leave = new PlannedReconnect();
  const outbound = { blocked: false, idle: () => true } as Outbound;
  expect([leave.due(undefined, outbound, 0), outbound.blocked, leave.at]).toEqual([undefined, false, Infinity]);
});

test.each(['connecting', undefined] as const)(
  'a connection that is not open (%s) is left at once, and nothing is held back',
  (phase) => {
    const { due, outbound } = leaving(phase, false);
    expect([due(0), outbound.blocked]).toEqual([PLAN, false]);
  },
);

test('an open connection is left when all is acknowledged, and meanwhile nothing more is sent', () => {
  const { due, outbound } = leaving('open', true);
  expect([due(0), outbound.blocked]).toEqual([PLAN, true]);
});

test('for what is under way it is waited two seconds', () => {
  const { due, outbound } = leaving('open', false);
  expect([due(500), outbound.blocked, due(2499), due(2500)]).toEqual([undefined, true, undefined, PLAN]);
});

test('the client leaves once for a plan, and a second one has two seconds of its own', () => {
  const machine = new Machine().online();
  for (const stays of [false, true]) {
    if (stays) machine.advance(10_000).online(true);
    machine.publish(1);
    const dials = (): number => machine.actions.filter(({ type }) => type === 'dial').length;
    const before = dials();
    machine.do(() => {
      machine.client.reconnect();
      return [];
    });
    machine.do(() => machine.client.flush(machine.now)).advance(1999);
    expect([machine.client.state().type, dials()]).toEqual(['online', before]);
    machine.advance(1);
    expect([machine.client.state().type, dials()]).toEqual(['connecting', before + 1]);
  }
});
