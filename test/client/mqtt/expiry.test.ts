import { describe, expect, test } from 'vitest';
import { withdrawOverdue } from '../../../packages/client/src/mqtt/expiry.ts';
import type { Outgoing } from '../../../packages/client/src/mqtt/outgoing.ts';

// The search for messages whose time is over. At time 1000 a message may have been sent or not, its caller may have been told or not,
// and each of its two times may be over, just be over, still to come, or never.

const NOW = 1000;
const TIMES = [900, 1000, 1001, 1500, Infinity];

type Case = Pick<Outgoing, 'state' | 'expiresAt' | 'timeoutAt'> & { readonly told: boolean };

const cases: Case[] = (['waiting', 'sent', 'released'] as const).flatMap((state) =>
  [false, true]
    // Who is told of a message that was never sent has no message any more.
    .filter((told) => !(told && state === 'waiting'))
    .flatMap((told) => TIMES.flatMap((expiresAt) => TIMES.map((timeoutAt) => ({ state, told, expiresAt, timeoutAt })))),
);

/** The code that the rules give a message. */
function codeOf({ state, told, expiresAt, timeoutAt }: Case): string | undefined {
  if (state === 'waiting' && expiresAt <= NOW) return 'expired';
  return timeoutAt <= NOW && !told ? 'timed-out' : undefined;
}

/** When something is over that is not yet. */
function dueAt(one: Case): number {
  if (codeOf(one) && one.state === 'waiting') return Infinity;
  const times = one.state === 'waiting' ? [one.expiresAt, one.timeoutAt] : [one.timeoutAt];
  return Math.min(...times.filter((time) => time > NOW));
}

/** Withdraws as the queue does: a message that was never sent is gone. */
function search(all: readonly Case[]): { codes: (string | undefined)[]; stages: Set<string>; next: number } {
  const entries = all.map(({ told, ...times }) => ({ ...times, settle: told ? undefined : () => {} }) as Outgoing);
  entries.forEach((entry, i) => {
    entry.next = entries[i + 1];
  });
  const told = new Map<Outgoing, { code: string; stage: string }>();
  const next = withdrawOverdue(entries[0], NOW, (entry, error) => {
    if (entry.settle) told.set(entry, error as { code: string; stage: string });
    if (entry.state === 'waiting') entry.state = 'gone';
    entry.settle = undefined;
  });
  return {
    codes: entries.map((entry) => told.get(entry)?.code),
    stages: new Set([...told.values()].map(({ stage }) => stage)),
    next,
  };
}

describe('at the moment of a search', () => {
  test('each message gets what its own times say, with the stage of publish', () => {
    const { codes, stages } = search(cases);
    expect(codes).toEqual(cases.map(codeOf));
    expect([...stages]).toEqual(['publish']);
  });

  test('the next one is due when the next time of a message is over, in 20 ms at the soonest', () => {
    for (const one of cases) expect(search([one]).next, JSON.stringify(one)).toBe(Math.max(dueAt(one), NOW + 20));
  });

  test('it is the earliest of all, and never without a message', () => {
    const later = cases.filter((one) => dueAt(one) > NOW + 20 && dueAt(one) < Infinity);
    const never = cases.filter((one) => dueAt(one) === Infinity);
    expect(search([...never, ...later, ...never]).next).toBe(1500);
    expect([search(never).next, search([]).next]).toEqual([Infinity, Infinity]);
  });
});
