import { beforeAll, describe, expect, test, vi } from 'vitest';
import { symmetricKey } from '../../../packages/client/src/attestation/symmetric-key.ts';
import { openDeviceOver } from '../../../packages/client/src/device/device-over.ts';
import type { DeviceState } from '../../../packages/client/src/hub/life-options.ts';
import { KEY } from './at-emulator.ts';
import { World } from './environment.ts';

// A month of a device, in virtual time: tokens, cuts, hubs that refuse or move, a service that fails, clocks that jump, networks with a
// sign-in page, certificates that expire. The hub is made by hand.

const HOUR = 3_600_000;
const DAYS = 30;
const LIVING = ['provisioning', 'connecting', 'online', 'waiting'] as const;
/** How often each trouble begins in each state at least. */
const ENOUGH = 3;

const TROUBLES = [
  'cut',
  'refuses',
  'moves',
  'service fails',
  'portal',
  'certificate expired',
  'half open',
  'taken over',
  'clock back',
  'clock forward',
] as const;
type Trouble = (typeof TROUBLES)[number];

/** A month, and what came of it. */
async function live() {
  const world = new World();
  const states: DeviceState[] = [];
  let told: (state: DeviceState['type']) => void = () => {};
  const opening = openDeviceOver(
    {
      idScope: '0ne00ABCDEF',
      registrationId: 'dev',
      attestation: symmetricKey(KEY),
      // Fewer pings for the clock of the test to count.
      hub: {
        keepAlive: 600,
        onState: (state) => {
          states.push(state);
          told(state.type);
        },
      },
    },
    () => world.provision(),
    () => [world.transport],
  );
  await vi.advanceTimersByTimeAsync(100);
  const device = await opening;
  let seed = 7;
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const sent: string[] = [];
  const outcomes = new Map<string, unknown>();
  const ends: { readonly at: number; readonly end: () => void }[] = [];
  const set = (changes: Partial<World>): void => {
    Object.assign(world, changes);
    world.cut();
  };
  const troubles: Readonly<Record<Trouble, () => void>> = {
    cut: () => world.cut(),
    refuses: () => set({ refuses: true }),
    moves: () => set({ hub: world.hub === 'hub-1.test' ? 'hub-2.test' : 'hub-1.test' }),
    'service fails': () => set({ serviceFails: true, refuses: true }),
    portal: () => set({ portal: true }),
    'certificate expired': () => set({ expired: true }),
    'half open': () => void Object.assign(world, { silent: true }),
    'taken over': () => set({ dies: true }),
    'clock back': () => void vi.setSystemTime(Date.now() - 2 * HOUR),
    'clock forward': () => void vi.setSystemTime(world.time()),
  };
  // Every trouble has to begin in every state of a device that lives: how often it did is counted.
  const met = new Map(
    LIVING.flatMap((state) => TROUBLES.map((name) => [`${name} while ${state}`, 0] as [string, number])),
  );
  const begin = (name: Trouble, state: string): void => {
    const pair = `${name} while ${state}`;
    met.set(pair, (met.get(pair) ?? 0) + 1);
    troubles[name]();
    ends.push({
      at: performance.now() + random() * 3 * HOUR,
      end: () => {
        world.refuses = world.serviceFails = world.portal = world.expired = world.silent = world.dies = false;
        vi.setSystemTime(world.time());
      },
    });
  };
  // States that last for moments are met as they begin, by a trouble that was rare in them.
  told = (state) => {
    const rare = TROUBLES.find((name) => (met.get(`${name} while ${state}`) ?? ENOUGH) < ENOUGH);
    if (rare === undefined || random() >= (state === 'provisioning' ? 0.8 : 0.2)) return;
    queueMicrotask(() => device.state.type === state && begin(rare, state));
  };
  for (let quarter = 0; quarter < DAYS * 24 * 4; quarter++) {
    if (random() < 0.06) begin(TROUBLES[Math.floor(random() * TROUBLES.length)]!, device.state.type);
    for (const { end } of ends.filter(({ at }) => at <= performance.now())) end();
    const payload = `m${quarter}`;
    sent.push(payload);
    device.send(payload).then(
      () => outcomes.set(payload, true),
      (error: unknown) => outcomes.set(payload, error),
    );
    await vi.advanceTimersByTimeAsync(HOUR / 4);
  }
  told = () => {};
  for (const { end } of ends) end();
  await vi.advanceTimersByTimeAsync(2 * HOUR);
  const last = device.state.type;
  const closing = device.close({ drainMs: 0 });
  await vi.advanceTimersByTimeAsync(1000);
  await closing;
  return { world, states, sent, outcomes, met, last, timers: vi.getTimerCount() };
}

let month: Awaited<ReturnType<typeof live>>;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'Date', 'performance'] });
  try {
    month = await live();
  } finally {
    vi.useRealTimers();
  }
}, 120_000);

test('everything that was taken has arrived, and everybody was told so', () => {
  const { sent, outcomes, world } = month;
  expect(sent).toHaveLength(DAYS * 24 * 4);
  expect(sent.filter((payload) => outcomes.get(payload) !== true)).toEqual([]);
  expect(sent.filter((payload) => !world.received.has(payload))).toEqual([]);
});

test('no state is told twice', () => {
  const { states } = month;
  states.forEach((state, i) => {
    const next = states[i + 1];
    expect(next && state.type === next.type && state.type !== 'waiting' ? `${i}: ${state.type}` : '').toBe('');
  });
});

test('nothing is dialled or asked faster than its ladder', () => {
  const { dials, asked } = month.world;
  // Full jitter from 1 s to 60 s: in any minute a few dials at most, and a renewal.
  const most = (times: readonly number[], span: number): number =>
    Math.max(0, ...times.map((from, i) => times.slice(i).filter((at) => at < from + span).length));
  expect(most(dials, 60_000)).toBeLessThan(25);
  expect(most(dials, HOUR)).toBeLessThan(250);
  expect(most(asked, 60_000)).toBeLessThan(8);
});

test('the device is online when all troubles are over, and leaves no timer when it is closed', () => {
  expect([month.last, month.timers]).toEqual(['online', 0]);
});

describe('each trouble begins in each state of a device that lives', () => {
  test.each(LIVING.flatMap((state) => TROUBLES.map((name) => `${name} while ${state}`)))('%s', async (pair) => {
    const times = month.met.get(pair) ?? 0;
    expect(times).toBeGreaterThanOrEqual(ENOUGH);
  });

  test.each(TROUBLES)('%s, ten times in all', (name) => {
    const times = LIVING.map((state) => month.met.get(`${name} while ${state}`) ?? 0);
    expect(
      times.reduce((sum, one) => sum + one, 0),
      times.join(', '),
    ).toBeGreaterThanOrEqual(10);
  });
});
