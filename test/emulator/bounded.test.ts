import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type EmulatorEvent, VirtualClock } from '@mote/emulator';
import { expect, test } from 'vitest';
import { EventLog } from '../../packages/emulator/src/event-log.ts';
import { ownText } from '../../packages/emulator/src/service/values/bytes.ts';
import { RecentMap } from '../../packages/emulator/src/service/values/recent-map.ts';
import { HUB, HUB_KEY, hubToken, MemoryHub } from './hub-memory.ts';
import { MemoryService } from './memory-service.ts';

test('a map of what strangers make us remember forgets the oldest entry', () => {
  const map = new RecentMap<number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  map.set('c', 4);
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([3, undefined, 4]);
  map.delete('a');
  expect(map.get('a')).toBeUndefined();
});

test('events keep the last 4,096, and a reader that falls behind goes on with the oldest that is left', async () => {
  const log = new EventLog();
  const warn = (number: number): EmulatorEvent => ({ type: 'warning', reason: String(number), time: 0, connection: 0 });
  for (let i = 0; i < 5000; i++) log.add(warn(i));
  const reader = log[Symbol.asyncIterator]();
  expect((await reader.next()).value).toMatchObject({ reason: '904' });
  for (let i = 5000; i < 10_000; i++) log.add(warn(i));
  expect((await reader.next()).value).toMatchObject({ reason: '5904' });
  log.close();
  let last: unknown;
  for await (const event of reader) last = event;
  expect(last).toMatchObject({ reason: '9999' });
});

test('a virtual clock runs its timers in order, each at its own moment', () => {
  const clock = new VirtualClock(1000);
  const seen: string[] = [];
  const note = (name: string) => () => void seen.push(`${name} ${clock.now()}`);
  clock.setTimeout(note('late'), 50);
  clock.setTimeout(() => clock.setTimeout(note('nested'), 5), 10);
  const never = clock.setTimeout(note('never'), 20);
  clock.clearTimeout(never);
  clock.advance(30);
  expect([seen, clock.now()]).toEqual([['nested 1015'], 1030]);
  clock.advance(20);
  expect(seen).toEqual(['nested 1015', 'late 1050']);
});

/** Bytes that live on. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

// V8 keeps a piece of 13 characters and more as a window of the text that it was cut from. 400 user names have 24 MB.
const STRANGERS = 400;
const MOST_BYTES = 6_000_000;

test('of a stranger with a long user name the service keeps the id, not the name', () => {
  const memory = new MemoryService();
  const filling = 'x'.repeat(60_000);
  const connect = (number: number) => {
    const id = `stranger-number-${number}`;
    const userName = `0ne00ABCDEF/registrations/${id}/api-version=2019-03-31&ClientVersion=${filling}`;
    memory
      .dial()
      .connect(id, { userName, password: Buffer.from('x'), cleanSession: false })
      .subscribe()
      .register()
      .leave();
    memory.events.length = 0;
  };
  connect(0);
  const before = heapUsed();
  for (let number = 1; number <= STRANGERS; number++) connect(number);
  expect(heapUsed() - before).toBeLessThan(MOST_BYTES);
  expect(memory.service.connectionCount).toBe(0);
});

test('of a device with a long user name and a long topic the hub keeps its own words', () => {
  const hub = new MemoryHub();
  const credentials = { keys: [Buffer.from(HUB_KEY, 'base64')], thumbprints: [], anchors: undefined };
  const filling = 'x'.repeat(60_000);
  const connect = (number: number) => {
    const id = `device-number-${number}`;
    hub.service.hub.put(id, undefined, credentials);
    const userName = `${HUB}/${id}/?api-version=2021-04-12&DeviceClientType=${filling}`;
    const password = hubToken({ resource: `${HUB}/devices/${id}` });
    hub
      .link({ clientId: id, userName, password, cleanSession: false })
      .publish(`devices/${id}/messages/events/a=${filling}`)
      .leave();
    hub.events.length = 0;
    hub.telemetry.length = 0;
  };
  connect(0);
  const before = heapUsed();
  for (let number = 1; number <= STRANGERS; number++) connect(number);
  expect(heapUsed() - before).toBeLessThan(MOST_BYTES);
});

test.each(['', 'sensor-17', 'ein Gerät 😀', 'a\u0000b'])('a text of its own says the same: %j', (text) => {
  expect(ownText(text)).toBe(text);
});
