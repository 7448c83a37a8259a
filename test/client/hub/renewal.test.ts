import type { HubDevice, HubOptions } from '@mote/client';
import type { Emulator, EmulatorEvent } from '@mote/emulator';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { atHub, emulator, eventsOf, telemetry } from './at-emulator.ts';

// What a device does by the clock, over real sockets: it renews its token, and it acknowledges messages before their lock runs out.
// Time stands still but for what a test lets pass.

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const LIFE_S = 3600;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Turns of the event loop, each of them a millisecond, until this holds. */
async function until(holds: () => unknown): Promise<void> {
  for (let turns = 0; !holds(); turns++) {
    if (turns > 50_000) throw new Error('50 s have passed in vain');
    await turn();
    await vi.advanceTimersByTimeAsync(1);
  }
}

async function settled<Result>(promise: Promise<Result>): Promise<Result> {
  let over = false;
  promise.then(
    () => {
      over = true;
    },
    () => {
      over = true;
    },
  );
  await until(() => over);
  return promise;
}

/** Time goes by, in steps of a second. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await vi.advanceTimersByTimeAsync(1000);
    for (let turns = 0; turns < 3; turns++) await turn();
  }
}

const states: string[] = [];

async function device(azure: Emulator, options: Partial<HubOptions> = {}): Promise<HubDevice> {
  states.length = 0;
  const opening = atHub(azure, {
    // Fewer pings for the clock of the test to count.
    keepAlive: 1177,
    tokenSeconds: LIFE_S,
    onState: ({ type }) => states.push(type),
    ...options,
  });
  return settled(opening);
}

const count = (events: readonly EmulatorEvent[], type: EmulatorEvent['type']): number =>
  events.filter((event) => event.type === type).length;

describe('a token', () => {
  test.each([
    [0, 0.8],
    [0.5, 0.75],
    [0.999_999, 0.7],
  ])('is renewed at random between 70 and 80 per cent of its life: drawn %s, at %s', async (drawn, share) => {
    const azure = await settled(emulator());
    const events = eventsOf(azure);
    vi.spyOn(Math, 'random').mockReturnValue(drawn);
    await device(azure);
    const connected = performance.now();
    await pass(LIFE_S * share - 30);
    expect(count(events, 'connected')).toBe(1);
    await pass(28);
    await until(() => count(events, 'connected') === 2);
    expect((performance.now() - connected) / (LIFE_S * 1000)).toBeCloseTo(share, 2);
    expect(states).toEqual(['connecting', 'online']);
  });

  test.each(['tls', 'websocket'] as const)(
    'is renewed over %s while telemetry, a method and a message are under way: nothing is lost, no state is told',
    async (transport) => {
      const azure = await settled(emulator());
      const events = eventsOf(azure);
      vi.spyOn(Math, 'random').mockReturnValue(0);
      const one = await device(azure, { transport });
      let answer: (() => void) | undefined;
      const ready = one.onMethod('slow', () => new Promise((resolve) => (answer = () => resolve({ payload: 'done' }))));
      await settled(ready);
      const desired = one.twin.desired();
      const whole = desired.next();
      await settled(whole);
      const bodies: string[] = [];
      const going: (() => void)[] = [];
      const loop = (async () => {
        for await (const message of one.messages()) {
          bodies.push(message.text());
          await new Promise<void>((resolve) => going.push(resolve));
          if (message.text() === 'last') break;
        }
      })();
      const sent: Promise<void>[] = [];
      for (let round = 0; round < 3; round++) {
        // To just before the renewal of this token, at 80 %.
        for (let part = 0; part < 10; part++) {
          sent.push(one.send(`${sent.length}`));
          await pass(LIFE_S * 0.0775);
        }
        expect(count(events, 'connected')).toBe(round + 1);
        const invoked = settled(azure.hub.invoke('dev', 'slow', null, { timeoutMs: 300_000 }));
        await until(() => answer);
        await azure.hub.sendMessage('dev', `m${round}`);
        await until(() => bodies.includes(`m${round}`));
        // The renewal waits for the answer.
        await pass(280);
        expect(count(events, 'connected')).toBe(round + 1);
        sent.push(one.send(`${sent.length}`));
        answer!();
        answer = undefined;
        expect(await invoked).toEqual({ status: 200, payload: 'done' });
        for (let n = 0; n < 10; n++) sent.push(one.send(`${sent.length}`));
        await until(() => count(events, 'connected') === round + 2);
        for (const go of going.splice(0)) go();
      }
      await settled(Promise.all(sent));
      const version = await azure.hub.setDesired('dev', { after: 'renewals' });
      expect((await settled(desired.next())).value).toMatchObject({ version });
      await azure.hub.sendMessage('dev', 'last');
      await until(() => {
        for (const go of going.splice(0)) go();
        return bodies.includes('last');
      });
      await until(() => {
        for (const go of going.splice(0)) go();
        return azure.hub.devices.find(({ id }) => id === 'dev')!.queuedMessages === 0;
      });
      await settled(loop);
      const arrived = (await settled(telemetry(azure, sent.length))).map(({ body }) => Buffer.from(body).toString());
      expect(arrived).toEqual(sent.map((_, n) => `${n}`));
      expect([...new Set(bodies)]).toEqual(['m0', 'm1', 'm2', 'last']);
      expect(states).toEqual(['connecting', 'online']);
      expect([one.dropped, count(events, 'taken-over')]).toEqual([0, 0]);
    },
  );
});

describe('a message', () => {
  const queued = (azure: Emulator): number => azure.hub.devices.find(({ id }) => id === 'dev')!.queuedMessages;

  test('whose loop body takes longer than its lock is acknowledged at 55 s, and does not come again', async () => {
    const azure = await settled(emulator());
    const one = await device(azure);
    const messages = one.messages();
    await settled(messages.granted);
    await azure.hub.sendMessage('dev', 'long');
    const { value } = await settled(messages.next());
    expect([value!.text(), queued(azure)]).toEqual(['long', 1]);
    await pass(54);
    expect(queued(azure)).toBe(1);
    await pass(2);
    expect(queued(azure)).toBe(0);
    await pass(120);
    await azure.hub.sendMessage('dev', 'next');
    expect((await settled(messages.next())).value!.text()).toBe('next');
    await settled(messages.return());
    expect(messages.passedOver).toBe(0);
  });

  test('that waits behind it is let go at 55 s, and comes again when the lock runs out: nothing is lost', async () => {
    const azure = await settled(emulator());
    const one = await device(azure);
    const messages = one.messages();
    await settled(messages.granted);
    const all = Array.from({ length: 5 }, (_, n) => `m${n}`);
    for (const body of all) await azure.hub.sendMessage('dev', body);
    const seen: string[] = [];
    const begun = performance.now();
    // Each takes 40 s.
    while (seen.length < 5) {
      const { value } = await settled(messages.next());
      if (!seen.includes(value!.text())) seen.push(value!.text());
      await pass(40);
    }
    await settled(messages.return());
    await until(() => queued(azure) === 0);
    expect(seen.sort()).toEqual(all);
    expect(messages.passedOver).toBeGreaterThan(0);
    // 40 s each, and at most a lock of waiting between two.
    expect(performance.now() - begun).toBeLessThan(5 * 100_000);
    expect(states).toEqual(['connecting', 'online']);
  });

  test('that the loop has is acknowledged when the device closes', async () => {
    const azure = await settled(emulator());
    const one = await device(azure);
    const messages = one.messages();
    await settled(messages.granted);
    await azure.hub.sendMessage('dev', 'x');
    const { value } = await settled(messages.next());
    value!.complete();
    await settled(one.close());
    await until(() => queued(azure) === 0);
    expect(await settled(messages.next())).toEqual({ done: true, value: undefined });
  });
});
