import { ConfigError, HubServiceError, startEmulator } from '@mote/emulator';
import { describe, expect, test } from 'vitest';
import { MemoryHub } from '../hub-memory.ts';

// 403002: the messages of a day are used up. A device on MQTT is not told the number: it loses its link, and is refused until the
// next day of UTC.

const EVENTS = 'devices/dev/messages/events/';
const DAY_MS = 86_400_000;
const message = { messageId: 'm', body: Buffer.from('x'), properties: {}, systemProperties: {}, ack: 'none' } as const;

const hubWith = (messagesPerDay: number) =>
  new MemoryHub({ throttling: { registrationsPerMinute: 1000, pollsPerTenSeconds: 5, messagesPerDay } });
const nextDay = (hub: MemoryHub) => (Math.floor(hub.now / DAY_MS) + 1) * DAY_MS;
const codeOf = (hub: MemoryHub) => (hub.link().received[0] as { returnCode?: number }).returnCode;

describe('behind the last message of a day', () => {
  test('telemetry closes the link without PUBACK, and is not passed on', () => {
    const hub = hubWith(2);
    const device = hub.link().publish(EVENTS, '1').publish(EVENTS, '2');
    expect(device.closed).toBeUndefined();
    const answers = device.received.length;
    device.publish(EVENTS, '3');
    expect([device.closed, device.received.length, hub.telemetry.length]).toEqual(['end', answers, 2]);
    expect(hub.eventsOf('closed').at(-1)?.reason).toBe(
      '403002: the quota of 2 messages a day is used up until 00:00 UTC',
    );
  });

  test('CONNECT hears 5, of every device, and its refusal says why', () => {
    const hub = hubWith(1);
    hub.link().publish(EVENTS, '1');
    expect(hub.link({}, 'other').received).toMatchObject([{ returnCode: 5 }]);
    expect(hub.eventsOf('refused').at(-1)?.reason).toContain('403002');
  });

  test('a message to a device is refused with 403002, and waits nowhere', () => {
    const hub = hubWith(1);
    const device = hub.service.hub.known('dev');
    const send = () => hub.service.hub.messages.send(device, { ...message, expiresAt: undefined }, hub.now);
    send();
    expect(send).toThrow(HubServiceError);
    expect(send).toThrow('403002: the quota of 1 messages a day');
    expect(device.queue.size).toBe(1);
  });

  test('a Will is not passed on', () => {
    const hub = hubWith(1);
    const will = { topicName: EVENTS, message: Buffer.from('gone'), qos: 0, retain: false } as const;
    const device = hub.link({ will });
    hub.link({}, 'other').publish('devices/other/messages/events/', '1');
    device.leave();
    expect(hub.telemetry).toHaveLength(1);
  });

  test('twin requests go on at a link that stands', () => {
    const hub = hubWith(1);
    const device = hub.link();
    hub.link({}, 'other').publish('devices/other/messages/events/', '1');
    device.publish('$iothub/twin/GET/?$rid=1', '');
    expect(device.closed).toBeUndefined();
  });
});

test('the next day of UTC everything passes again', () => {
  const hub = hubWith(1);
  hub.link().publish(EVENTS, '1');
  hub.now = nextDay(hub) - 1;
  expect(codeOf(hub)).toBe(5);
  hub.now += 1;
  expect(codeOf(hub)).toBe(0);
  hub.link().publish(EVENTS, '2');
  expect(hub.telemetry).toHaveLength(2);
});

test('a clock that is set back begins another day', () => {
  const hub = hubWith(1);
  hub.link().publish(EVENTS, '1');
  hub.now -= DAY_MS;
  expect(codeOf(hub)).toBe(0);
});

test.each([
  [0, 1],
  [1, 1],
  [4096, 1],
  [4097, 2],
  [8192, 2],
  [262_144, 64],
])('%i bytes are %i messages of the quota', (bytes, messages) => {
  for (const [limit, fits] of [
    [messages + 1, true],
    [messages, false],
  ] as const) {
    const hub = hubWith(limit);
    hub.link().publish(EVENTS, 'x'.repeat(bytes));
    expect(codeOf(hub) === 0).toBe(fits);
  }
});

test('names and values of properties count, too', () => {
  const hub = hubWith(2);
  hub.link().publish(`${EVENTS}a=${'b'.repeat(100)}`, 'x'.repeat(4000));
  expect(codeOf(hub)).toBe(5);
});

test('with throttling of the service it is the quota of one unit of S1; without it there is none', () => {
  const service = new MemoryHub({ throttling: 'service' }).service.hub.quotas;
  for (let units = 64; units < 400_000; units += 64) service.countMessage(262_144);
  expect(service.findDayFault(0)).toBeUndefined();
  service.countMessage(262_144);
  expect(service.findDayFault(0)).toContain('400000 messages');
  const none = new MemoryHub().service.hub.quotas;
  none.countMessage(Number.MAX_SAFE_INTEGER);
  expect(none.findDayFault(0)).toBeUndefined();
});

test.each([0, -1, 1.5, '8000', null])('a quota of %j is a ConfigError', async (messagesPerDay) => {
  const throttling = { registrationsPerMinute: 1, pollsPerTenSeconds: 1, messagesPerDay } as never;
  await expect(startEmulator({ throttling })).rejects.toThrow(ConfigError);
});
