import type { ServerResponse } from 'node:http';
import type { EmulatorEvent } from '@mote/emulator';
import { describe, expect, test } from 'vitest';
import { DeviceStatuses } from '../../packages/cli/src/ui/device-statuses.ts';
import { EventStream } from '../../packages/cli/src/ui/event-stream.ts';
import { Tab } from './browser-tab.ts';

const NO_TOTALS = { connections: 0, registrations: 0 };

const payload = (size: number): EmulatorEvent => ({
  time: 0,
  connection: 1,
  type: 'packet',
  direction: 'in',
  packet: {
    type: 3,
    topicName: 't',
    payload: Buffer.alloc(size),
    qos: 0,
    retain: false,
    dup: false,
    packetId: undefined,
  },
});

/** Events for as long as somebody takes them. */
function source(size: number): { events: AsyncIterable<EmulatorEvent>; taken: () => number } {
  let taken = 0;
  async function* events() {
    while (taken < 100_000) {
      taken += 1;
      yield payload(size);
      if (taken % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return { events: events(), taken: () => taken };
}

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe('a stalled dashboard tab', () => {
  test.each([100, 10_000, 90_000])(
    'takes a bounded number of events of %i bytes, and goes on when it reads',
    async (size) => {
      const tab = new Tab();
      const stream = new EventStream(tab as unknown as ServerResponse);
      const { events, taken } = source(size);
      const following = stream.follow(events, new DeviceStatuses(), () => NO_TOTALS);
      await turns(400);
      const stalled = taken();
      await turns(400);
      expect(taken()).toBe(stalled);
      // One batch on its way and one that waits; JSON of a packet is a few times its bytes.
      expect(tab.unread).toBeLessThan(2_500_000);
      tab.read();
      await turns(400);
      expect(taken()).toBeGreaterThan(stalled);
      tab.leave();
      await following;
    },
  );

  test('of messages beside the events only the newest of each name waits', () => {
    const tab = new Tab();
    const stream = new EventStream(tab as unknown as ServerResponse);
    tab.unread = 20_000;
    for (let i = 0; i < 10_000; i++) stream.send('faults', [`fault-${i}`]);
    expect(tab.texts).toEqual([]);
    tab.read();
    expect(tab.texts).toEqual(['event: faults\ndata: ["fault-9999"]\n\n']);
  });

  test('that leaves ends its stream', async () => {
    const tab = new Tab();
    const stream = new EventStream(tab as unknown as ServerResponse);
    const following = stream.follow(source(50_000).events, new DeviceStatuses(), () => NO_TOTALS);
    await turns(100);
    tab.leave();
    await following;
    expect(stream.open).toBe(false);
  });
});
