import { generate, type Packet, parser } from 'mqtt-packet';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { symmetricKey } from '../../../packages/client/src/attestation/symmetric-key.ts';
import { openDeviceOver } from '../../../packages/client/src/device/device-over.ts';
import { ProvisioningError } from '../../../packages/client/src/dps/error.ts';
import type { DeviceState } from '../../../packages/client/src/hub/life-options.ts';
import type { NetworkConnection, Transport } from '../../../packages/client/src/transport/transport.ts';
import { TransportError } from '../../../packages/client/src/transport/transport-error.ts';
import { KEY } from './at-emulator.ts';

// A month of a device, in virtual time: tokens, cuts, hubs that refuse or move, a service that fails, clocks that jump, networks with a
// sign-in page, certificates that expire. The hub is made by hand.

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'Date', 'performance'] });
});
afterEach(() => void vi.useRealTimers());

const HOUR = 3_600_000;
const DAYS = 30;

/** What surrounds the device. */
class World {
  /** Of the service. */
  hub = 'hub-1.test';
  serviceFails = false;
  asked: number[] = [];
  /** Of hub and network. */
  refuses = false;
  portal = false;
  /** The certificate of the device has expired, until there is another one. */
  expired = false;
  silent = false;
  dies = false;
  readonly dials: number[] = [];
  readonly received = new Set<string>();
  readonly sessions = new Set<string>();
  readonly faults: string[] = [];
  links: (() => void)[] = [];

  async provision(): Promise<never> {
    this.asked.push(performance.now());
    await Promise.resolve();
    if (this.serviceFails) throw new ProvisioningError('registration-failed', 'register', 'failed', { retryAfter: 30 });
    return { assignedHub: this.hub, deviceId: 'dev', registrationId: 'dev', status: 'assigned', raw: {} } as never;
  }

  readonly transport: Transport = {
    name: 'memory',
    dial: ({ host }, events): NetworkConnection => {
      this.dials.push(performance.now());
      const incoming = parser({ protocolVersion: 4 });
      let over = false;
      const end = (error?: unknown): void => {
        if (over) return;
        over = true;
        queueMicrotask(() => events.closed(error));
      };
      const say = (packet: Packet): void =>
        queueMicrotask(() => {
          if (!over && !this.silent) events.data(generate(packet) as Uint8Array);
        });
      incoming.on('packet', (packet: Packet) => {
        if (packet.cmd === 'connect') {
          const se = Number(/se=(\d+)/.exec(String(packet.password))?.[1]);
          const known = host === this.hub && !this.refuses && se > this.time() / 1000;
          say({ cmd: 'connack', returnCode: known ? 0 : 5, sessionPresent: known && this.sessions.has(host) });
          this.sessions.add(host);
          if (!known || this.dies) setTimeout(() => end(), 500);
        } else if (packet.cmd === 'publish' && !this.silent) {
          this.received.add(String(packet.payload));
          if (packet.qos) say({ cmd: 'puback', messageId: packet.messageId! });
        } else if (packet.cmd === 'pingreq') say({ cmd: 'pingresp' });
      });
      this.links.push(end);
      if (this.portal) end(new TransportError('tls', 'tls', { reason: 'another name' }, 'portal'));
      else if (this.expired) end(new TransportError('client-certificate', 'tls', { reason: 'expired' }, 'alert 45'));
      else queueMicrotask(() => !over && events.connected());
      return {
        send(bytes) {
          incoming.parse(Buffer.from(bytes));
          return true;
        },
        close: () => end(),
        abort: () => end(),
      };
    },
  };

  /** The hub's clock, which is right. */
  time = (): number => this.start + performance.now();
  readonly start = Date.now() - performance.now();

  cut(): void {
    for (const end of this.links.splice(0)) end();
  }
}

test('nothing that was taken is lost, no state is told twice, and nothing is dialled faster than its ladder', async () => {
  const world = new World();
  const states: DeviceState[] = [];
  const opening = openDeviceOver(
    {
      idScope: '0ne00ABCDEF',
      registrationId: 'dev',
      attestation: symmetricKey(KEY),
      // Fewer pings for the clock of the test to count.
      hub: { keepAlive: 600, onState: (state) => states.push(state) },
    },
    () => world.provision(),
    [world.transport],
    [world.transport],
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
  const troubles: Readonly<Record<string, () => void>> = {
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
  const met = new Map<string, number>();
  for (let quarter = 0; quarter < DAYS * 24 * 4; quarter++) {
    if (random() < 0.06) {
      const names = Object.keys(troubles);
      const name = names[Math.floor(random() * names.length)]!;
      met.set(name, (met.get(name) ?? 0) + 1);
      troubles[name]!();
      ends.push({
        at: performance.now() + random() * 3 * HOUR,
        end: () => {
          world.refuses = world.serviceFails = world.portal = world.expired = world.silent = world.dies = false;
          vi.setSystemTime(world.time());
        },
      });
    }
    for (const { end } of ends.filter(({ at }) => at <= performance.now())) end();
    const payload = `m${quarter}`;
    sent.push(payload);
    device.send(payload).then(
      () => outcomes.set(payload, true),
      (error: unknown) => outcomes.set(payload, error),
    );
    await vi.advanceTimersByTimeAsync(HOUR / 4);
  }
  expect([...met.keys()].sort()).toEqual(Object.keys(troubles).sort());
  expect(Math.min(...met.values()), JSON.stringify([...met])).toBeGreaterThanOrEqual(10);
  for (const { end } of ends) end();
  await vi.advanceTimersByTimeAsync(2 * HOUR);
  expect(device.state.type).toBe('online');
  // Everything has arrived, and everybody was told so.
  expect(sent.filter((payload) => outcomes.get(payload) !== true)).toEqual([]);
  expect(sent.filter((payload) => !world.received.has(payload))).toEqual([]);
  states.forEach((state, i) => {
    const next = states[i + 1];
    expect(next && state.type === next.type && state.type !== 'waiting' ? `${i}: ${state.type}` : '').toBe('');
  });
  // Full jitter from 1 s to 60 s: in any minute a few dials at most, and a renewal.
  const most = (times: readonly number[], span: number): number =>
    Math.max(0, ...times.map((from, i) => times.slice(i).filter((at) => at < from + span).length));
  expect(most(world.dials, 60_000)).toBeLessThan(25);
  expect(most(world.dials, HOUR)).toBeLessThan(250);
  expect(most(world.asked, 60_000)).toBeLessThan(8);
  const closing = device.close({ drainMs: 0 });
  await vi.advanceTimersByTimeAsync(1000);
  await closing;
  expect(vi.getTimerCount()).toBe(0);
});
