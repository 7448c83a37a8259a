import { type EmulatorEvent, VirtualClock } from '@mote/emulator';
import { expect, test } from 'vitest';
import { EventLog } from '../../packages/emulator/src/event-log.ts';
import { RecentMap } from '../../packages/emulator/src/service/values/recent-map.ts';

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
