import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CONNECT, type ConnectPacket, type Packet, PUBLISH, SUBSCRIBE, UNSUBSCRIBE } from '@mote/codec';
import type { EmulatorEvent } from '@mote/emulator';
import { expect, test } from 'vitest';
import { EventLog } from '../../packages/emulator/src/event-log.ts';
import { keepEvent } from '../../packages/emulator/src/kept-event.ts';

const MIB = 1_048_576;
const LIMIT = 8 * MIB;

const packetEvent = (packet: Packet): EmulatorEvent => ({
  time: 0,
  connection: 1,
  type: 'packet',
  direction: 'in',
  packet,
});
const own = (length: number, letter = 'x') => Buffer.alloc(length, letter).toString();

/** Each makes the same event anew, of the largest that one packet of 97 KiB allows. */
const LARGE: Readonly<Record<string, () => EmulatorEvent>> = {
  'a payload': () =>
    packetEvent({
      type: PUBLISH,
      topicName: 't',
      payload: Buffer.alloc(96_000),
      qos: 0,
      retain: false,
      dup: false,
      packetId: undefined,
    }),
  'a topic': () =>
    packetEvent({
      type: PUBLISH,
      topicName: own(65_000),
      payload: Buffer.alloc(30_000),
      qos: 0,
      retain: false,
      dup: false,
      packetId: undefined,
    }),
  '24,000 filters to unsubscribe': () =>
    packetEvent({
      type: UNSUBSCRIBE,
      packetId: 1,
      topicFilters: Array.from({ length: 24_000 }, (_, index) => index.toString(36)),
    }),
  '19,000 subscriptions': () =>
    packetEvent({
      type: SUBSCRIBE,
      packetId: 1,
      subscriptions: Array.from({ length: 19_000 }, (_, index) => ({
        topicFilter: index.toString(36),
        qos: 1 as const,
      })),
    }),
  'a CONNECT of names': () => packetEvent(connect()),
  'a reason': () => ({
    time: 0,
    connection: 1,
    type: 'refused',
    stage: 'connect',
    reason: `client id "${own(65_000)}" is not "${own(30_000)}"`,
  }),
  'a JSON payload of small arrays': () => ({
    time: 0,
    connection: 1,
    type: 'register',
    requestId: '1',
    csr: false,
    payload: { x: Array.from({ length: 32_000 }, () => []) },
  }),
  'a JSON payload of members': () => ({
    time: 0,
    connection: 1,
    type: 'register',
    requestId: '1',
    csr: false,
    payload: Object.fromEntries(Array.from({ length: 9000 }, (_, index) => [`m${index}`, 0])),
  }),
  'a registration id cut from a long user name': () => ({
    time: 0,
    connection: 1,
    registrationId: cutFrom(own(65_000)),
    type: 'warning',
    reason: 'x',
  }),
  'a text that is not ASCII': () => ({ time: 0, connection: 1, type: 'warning', reason: own(65_000, 'é') }),
};

function connect(): ConnectPacket {
  return {
    type: CONNECT,
    clientId: own(20_000),
    cleanSession: true,
    keepAlive: 1,
    userName: own(30_000),
    password: Buffer.alloc(20_000),
    will: { topicName: own(10_000), message: Buffer.alloc(10_000), qos: 0, retain: false },
  } as ConnectPacket;
}

/** V8 lets a long enough piece refer to the whole. */
const cutFrom = (text: string): string => text.slice(100, 120);

function heapMiB(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / MIB;
}

test.each(Object.entries(LARGE))(
  'events that each carry %s stay within 8 MiB, by count and on the heap',
  (what, make) => {
    const log = new EventLog();
    const before = heapMiB();
    // Each list of thousands is about a megabyte, each text a tenth of one.
    const count = /^\d|JSON/.test(what) ? 24 : 300;
    for (let i = 0; i < count; i++) log.add(make());
    expect(log.bytesKept).toBeGreaterThan(0);
    expect(log.bytesKept).toBeLessThanOrEqual(LIMIT);
    expect(heapMiB() - before).toBeLessThan(14);
    expect(log.bytesKept).toBeGreaterThan(0); // in use until here
  },
);

test('small events are kept as many as the ring has places', async () => {
  const log = new EventLog();
  for (let i = 0; i < 5000; i++)
    log.add({
      time: i,
      connection: 1,
      registrationId: `device-number-${i}`,
      type: 'warning',
      reason: 'RETAIN is ignored',
    });
  log.close();
  let count = 0;
  for await (const _event of log) count += 1;
  expect(count).toBe(4096);
});

test('what is kept is a copy, equal and its own', () => {
  const payload = Buffer.from('before');
  const event = packetEvent({
    type: PUBLISH,
    topicName: 'a topic name',
    payload,
    qos: 0,
    retain: false,
    dup: false,
    packetId: undefined,
  });
  const kept = keepEvent(event).event;
  payload.fill('x');
  expect(kept).toMatchObject({
    type: 'packet',
    packet: { topicName: 'a topic name', payload: new Uint8Array(Buffer.from('before')) },
  });
});

test('an event that JSON could not hold becomes a warning that names its type', () => {
  const deep = JSON.parse('['.repeat(5000) + ']'.repeat(5000));
  for (const payload of [deep, { big: 1n }]) {
    const { event } = keepEvent({ time: 5, connection: 2, type: 'register', requestId: '1', csr: false, payload });
    expect(event).toMatchObject({
      time: 5,
      connection: 2,
      type: 'warning',
      reason: expect.stringContaining('register'),
    });
  }
});

test('a member named __proto__ stays a member', () => {
  const payload = JSON.parse('{"__proto__":{"polluted":true}}');
  const { event } = keepEvent({ time: 0, connection: 0, type: 'register', requestId: '1', csr: false, payload });
  expect(JSON.stringify(event)).toContain('"__proto__":{"polluted":true}');
});
