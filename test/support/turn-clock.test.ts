import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, expect, test } from 'vitest';
import { turnClock } from './turn-clock.ts';

// The clock by which tests over real sockets measure: a busy machine must not make it run, and an idle one not make it stand.

/** What the clock has not replaced. */
const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6;
const started: NodeJS.Timeout[] = [];
afterEach(() => {
  for (const timer of started.splice(0)) clearTimeout(timer);
});

const elapse = (ms: number): Promise<void> => new Promise((resolve) => void started.push(setTimeout(resolve, ms)));
function block(ms: number): void {
  for (const end = monotonic() + ms; monotonic() < end; );
}

test('what keeps the process from its turns takes no time: a second of it is less than 5 ms', async () => {
  // A timer that waits is what makes the clock look.
  let rang = false;
  const bell = setTimeout(() => {
    rang = true;
  }, 500);
  await elapse(1);
  const before = performance.now();
  block(1000);
  await elapse(1);
  expect(performance.now() - before).toBeLessThan(1 + 3 * 4);
  expect(rang).toBe(false);
  clearTimeout(bell);
});

test('a process that waits sees time pass, never faster than it does', async () => {
  const [before, wall] = [performance.now(), monotonic()];
  await elapse(100);
  expect(performance.now() - before).toBeGreaterThanOrEqual(100);
  // The turn under way when the timer was set counts: it is worth 4 ms at most.
  expect(monotonic() - wall).toBeGreaterThanOrEqual(96);
});

test('a deadline that is kept 30 ms too late is seen to be', async () => {
  const late: string[] = [];
  started.push(setTimeout(() => late.push('deadline'), 20));
  started.push(setTimeout(() => late.push('kept'), 50));
  await elapse(60);
  expect(late).toEqual(['deadline', 'kept']);
});

test('timers come in the order in which they are due, each once, and not when they were cleared', async () => {
  const seen: string[] = [];
  for (const ms of [30, 10, 20]) started.push(setTimeout((text: string) => seen.push(text), ms, `after ${ms}`));
  const cleared = setTimeout(() => seen.push('cleared'), 5);
  clearTimeout(cleared);
  clearTimeout(undefined);
  await elapse(40);
  expect(seen).toEqual(['after 10', 'after 20', 'after 30']);
});

test('an interval comes again until it is cleared, and a refreshed timer waits once more', async () => {
  let times = 0;
  const interval = setInterval(() => times++, 5);
  let rang = 0;
  const timer = setTimeout(() => rang++, 20);
  await elapse(15);
  timer.refresh();
  await elapse(15);
  expect([times > 1, rang]).toEqual([true, 0]);
  await elapse(20);
  clearInterval(interval);
  const before = times;
  await elapse(15);
  expect([times, rang]).toEqual([before, 1]);
});

test('a timer runs in the asynchronous context of who set it, and says when it is over', async () => {
  const context = new AsyncLocalStorage<string>();
  let seen: string | undefined;
  const timer = context.run('mine', () => setTimeout(() => (seen = context.getStore()), 1));
  expect(timer).toMatchObject({ _destroyed: false });
  await elapse(10);
  expect(seen).toBe('mine');
  expect(timer).toMatchObject({ _destroyed: true });
  expect(turnClock.now()).toBe(performance.now());
});

test.each([-0.03, -1, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY])(
  'a wait of %s ms, of which newer Nodes warn, is refused on all of them',
  (ms) => {
    expect(() => setTimeout(() => {}, ms)).toThrow(`a timer cannot wait for ${ms} ms`);
    expect(() => setInterval(() => {}, ms)).toThrow(RangeError);
  },
);
