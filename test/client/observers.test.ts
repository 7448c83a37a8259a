// biome-ignore-all lint/suspicious/noThenProperty: thenables are what is tried

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { runInNewContext } from 'node:vm';
import { provision } from '@mote/client';
import { describe, expect, test } from 'vitest';
import { complaintsDuring, inMemory } from './memory.ts';

const FAILURES: readonly (readonly [what: string, observe: () => unknown])[] = [
  [
    'throws',
    () => {
      throw new Error('observer');
    },
  ],
  [
    'throws nothing at all',
    () => {
      throw undefined;
    },
  ],
  [
    'is async and throws',
    async () => {
      throw new Error('observer');
    },
  ],
  ['returns a promise that rejects', () => Promise.reject(new Error('observer'))],
  ['returns a promise that rejects later', () => new Promise((_, reject) => setImmediate(reject, 'later'))],
  ['returns a promise of another realm that rejects', () => runInNewContext('Promise.reject(new Error("observer"))')],
  [
    'returns a thenable that rejects',
    () => ({ then: (_: unknown, reject: (error: Error) => void) => reject(new Error()) }),
  ],
  [
    'returns a thenable whose then throws',
    () => ({
      then() {
        throw new Error('then');
      },
    }),
  ],
  [
    'returns an object whose then cannot be read',
    () => ({
      get then() {
        throw new Error('getter');
      },
    }),
  ],
  ['returns a thenable that never answers', () => ({ then() {} })],
  [
    'returns a thenable that rejects and throws',
    () => ({
      then(_: unknown, reject: (error: unknown) => void) {
        reject(new Error());
        throw new Error();
      },
    }),
  ],
];

describe.each(FAILURES)('an observer that %s ends nothing', (_what, observe) => {
  test.each(['onProgress', 'onPacket'] as const)('as %s', async (name) => {
    expect(await complaintsDuring(() => provision(inMemory({ [name]: observe })))).toEqual([]);
  });

  test.each(['mote:progress', 'mote:packet'])('as a subscriber of %s', async (channel) => {
    let calls = 0;
    const subscriber = (): unknown => {
      calls++;
      return observe();
    };
    subscribe(channel, subscriber as () => void);
    const complaints = await complaintsDuring(() => provision(inMemory()));
    unsubscribe(channel, subscriber as () => void);
    expect(complaints).toEqual([]);
    expect(calls).toBeGreaterThan(3);
  });
});
