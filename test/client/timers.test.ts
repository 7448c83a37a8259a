import { provision, symmetricKey } from '@mote/client';
import { afterEach, expect, test, vi } from 'vitest';
import { MemoryServer } from './hostile/in-memory.ts';

// Time goes on between two looks at the clock, so that what was still to wait for may be past when the timer is set. Node 24 and
// later warn of a negative wait on stderr.

afterEach(() => vi.restoreAllMocks());

test.each([0.01, 1, 20, 900])(
  'no timer is set to less than nothing when each look at the clock takes %s ms',
  async (step) => {
    let time = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (time += step));
    const waits: unknown[] = [];
    const { setTimeout: real } = globalThis;
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((call: () => void, ms: number) => {
      waits.push(ms);
      return real(() => {
        time += Math.max(ms, 0);
        call();
      }, 0);
    }) as typeof setTimeout);
    for (const timeoutMs of [1, 20, 60_000]) {
      const outcome = provision({
        idScope: '0ne00ABCDEF',
        registrationId: 'device',
        attestation: symmetricKey(Buffer.alloc(32, 7).toString('base64')),
        transport: new MemoryServer({}),
        timeoutMs,
      });
      await outcome.catch((error: unknown) => expect(error).toMatchObject({ code: 'timed-out' }));
    }
    expect(waits.length).toBeGreaterThan(3);
    expect(waits.filter((ms) => !(typeof ms === 'number' && ms >= 0 && ms <= 2 ** 31 - 1))).toEqual([]);
  },
);
