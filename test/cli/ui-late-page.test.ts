import type { ServerResponse } from 'node:http';
import type { EmulatorEventBody } from '@mote/emulator';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Devices } from '../../packages/cli/src/pages/dashboard/device.ts';
import type { Messages } from '../../packages/cli/src/pages/dashboard/messages.ts';
import { DeviceStatuses } from '../../packages/cli/src/ui/device-statuses.ts';
import { EventStream } from '../../packages/cli/src/ui/event-stream.ts';
import { EventLog } from '../../packages/emulator/src/event-log.ts';
import { Tab } from './browser-tab.ts';

// The emulator keeps 4,096 events. A page lists every device all the same, whenever it is opened and however slowly it reads,
// and says of each what is so.

const NO_TOTALS = { connections: 0, registrations: 0 };
const NOBODY = { registrations: new Map(), hub: { devices: [] } } as unknown as Parameters<DeviceStatuses['begin']>[0];

/** The emulator's side: what happens is logged and counted. */
class Service {
  readonly log: EventLog = new EventLog();
  readonly statuses: DeviceStatuses;
  #time = 0;

  constructor(kept?: number) {
    this.statuses = new DeviceStatuses(kept);
    void this.#count();
  }

  tell(device: number, body: EmulatorEventBody): void {
    this.#time += 1;
    this.log.add({ time: this.#time, connection: device + 1, registrationId: `sensor-${device}`, ...body });
  }

  /** `sensor-${device}` from its connection to its hub, or to a refusal. */
  async provision(device: number, refused = false): Promise<void> {
    this.log.add({ ...connection, time: this.#time, connection: device + 1 });
    this.tell(device, connected);
    for (let packets = 0; packets < 6; packets++) this.tell(device, ping);
    this.tell(device, { type: 'register', requestId: '1', csr: false });
    if (refused) this.tell(device, { type: 'reply', requestId: '1', statusCode: 401, errorCode: 401002 });
    else this.tell(device, assigned);
    this.tell(device, { type: 'closed', by: 'device', reason: 'DISCONNECT' });
    await turns(1);
  }

  /** A page that is opened now. */
  open(): { tab: Tab; page: () => Devices } {
    const tab = new Tab();
    const stream = new EventStream(tab as unknown as ServerResponse);
    void stream.follow(this.log, this.statuses, () => NO_TOTALS);
    return { tab, page: () => pageOf(tab) };
  }

  async #count(): Promise<void> {
    for await (const event of this.log) this.statuses.count(event);
  }
}

const connection: EmulatorEventBody = {
  type: 'connection',
  transport: 'tls',
  remoteAddress: '127.0.0.1',
  remotePort: 1,
  tlsVersion: 'TLSv1.3',
};
const connected: EmulatorEventBody = {
  type: 'connected',
  clientId: 'c',
  apiVersion: '2019-03-31',
  keepAlive: 30,
  cleanSession: true,
  credentials: 'sas',
};
const assigned: EmulatorEventBody = {
  type: 'assigned',
  assignedHub: 'hub.example',
  deviceId: 'd',
  substatus: 'initialAssignment',
  operationId: 'o',
};
const ping: EmulatorEventBody = { type: 'packet', direction: 'in', packet: { type: 12 } };

/** What the page makes of all that was written to it. */
function pageOf({ texts }: Tab): Devices {
  const devices = new Devices();
  for (const text of texts) {
    const [, name, data] = /^event: (\w+)\ndata: (.*)\n\n$/.exec(text)!;
    if (name === 'devices') devices.know(JSON.parse(data!) as Messages['devices']);
    if (name === 'notices') for (const notice of JSON.parse(data!) as Messages['notices']) devices.add(notice);
  }
  return devices;
}

const statesOf = (devices: Devices) =>
  [...devices.byId.values()].map(({ id, state, outcome, time }) => ({ id, state, outcome, time }));

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** Reads until nothing more comes, the timer of a batch included. */
async function readAll(tab: Tab): Promise<void> {
  for (let quiet = 0, seen = -1; quiet < 3; ) {
    tab.read();
    await vi.advanceTimersByTimeAsync(60);
    await turns(2);
    quiet = tab.texts.length === seen ? quiet + 1 : 0;
    seen = tab.texts.length;
  }
}

describe('a page that is opened late', () => {
  beforeAll(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterAll(() => void vi.useRealTimers());

  test('lists 1,000 devices, though the emulator keeps the events of 400: the counts agree', async () => {
    const service = new Service();
    for (let device = 0; device < 1000; device++) await service.provision(device, device % 10 === 0);
    const { tab, page } = service.open();
    await readAll(tab);
    expect(statesOf(page())).toEqual(service.statuses.message.devices);
    expect([...page().counts()].sort()).toEqual([
      ['assigned', 900],
      ['refused', 100],
    ]);
    expect(page().count).toBe('1000');
    // What is said to be gone is that, and no more.
    const silent = [...page().byId.values()].filter(({ notices }) => notices.length === 0).length;
    expect(page().silent).toBe(silent);
    expect(silent).toBeGreaterThan(500);
    expect(silent).toBeLessThan(700);
  });

  test('shows no finished device as one that still registers, at no moment', async () => {
    const service = new Service();
    for (let device = 0; device < 50; device++) await service.provision(device);
    const { tab, page } = service.open();
    await turns(1);
    expect(statesOf(page()).every(({ state }) => state === 'assigned')).toBe(true);
    await readAll(tab);
    expect(statesOf(page()).every(({ state }) => state === 'assigned')).toBe(true);
  });

  test('and reads slowly has missed some of what was said, and lists each device as it stands', async () => {
    const service = new Service();
    for (let device = 0; device < 20; device++) await service.provision(device);
    const { tab, page } = service.open();
    await readAll(tab);
    tab.unread = 1_000_000;
    for (let device = 0; device < 900; device++) await service.provision(device, device % 2 === 0);
    await readAll(tab);
    expect(statesOf(page())).toEqual(service.statuses.message.devices);
  });

  test('agrees with one that was open from the start, whatever happened', async () => {
    const step = fc.record({
      device: fc.nat(5),
      what: fc.constantFrom('provision', 'refuse', 'connect', 'close', 'open'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const service = new Service();
        const pages = [service.open()];
        for (const { device, what } of steps) {
          if (what === 'open') pages.push(service.open());
          else if (what === 'connect') service.tell(device, connected);
          else if (what === 'close') service.tell(device, { type: 'closed', by: 'service', reason: 'idle' });
          else await service.provision(device, what === 'refuse');
          await turns(1);
        }
        pages.push(service.open());
        await turns(2);
        service.log.close();
        for (const { tab } of pages) tab.read();
        await turns(10);
        for (const { page } of pages) expect(statesOf(page())).toEqual(service.statuses.message.devices);
      }),
      { numRuns: 60 },
    );
  });

  test('lists devices of an earlier run and identities of the hub, before anything happens', async () => {
    const service = new Service();
    const record = {
      registrationId: 'a',
      deviceId: 'b',
      assignedHub: 'h',
      lastUpdatedDateTimeUtc: '2026-01-01T00:00:00Z',
    };
    service.statuses.begin({
      registrations: new Map([['a', record]]),
      hub: {
        devices: [
          { id: 'boiler-1', hub: undefined },
          { id: 'b', hub: 'h' },
        ],
      },
    } as unknown as Parameters<DeviceStatuses['begin']>[0]);
    const { tab, page } = service.open();
    await readAll(tab);
    expect(statesOf(page())).toEqual([
      { id: 'a', state: 'assigned', outcome: 'b to h', time: Date.parse('2026-01-01T00:00:00Z') },
      { id: 'boiler-1', state: 'known', outcome: '', time: 0 },
    ]);
  });

  test('the emulator keeps a bounded number of devices, and the page says that there were more', async () => {
    const service = new Service(100);
    service.statuses.begin(NOBODY);
    for (let device = 0; device < 300; device++) await service.provision(device);
    const { tab, page } = service.open();
    await readAll(tab);
    expect(page().count).toBe('100+');
    expect(statesOf(page())).toEqual(service.statuses.message.devices);
  });
});
