import { expect, test, vi } from 'vitest';
import { Fifo } from '../../../packages/client/src/mqtt/fifo.ts';

test('first in, first out, however many: the size is right at each step', () => {
  const fifo = new Fifo<number>();
  expect([fifo.shift(), fifo.size, fifo.first]).toEqual([undefined, 0, undefined]);
  let put = 0;
  let taken = 0;
  for (const [more, fewer] of [
    [1, 1],
    [5000, 2000],
    [0, 1500],
    [3, 1400],
    [1, 104],
    [2, 2],
  ] as const) {
    for (let i = 0; i < more; i++) fifo.push(put++);
    for (let i = 0; i < fewer; i++) {
      expect([fifo.first, fifo.size]).toEqual([taken, put - taken]);
      expect(fifo.shift()).toBe(taken++);
    }
  }
  expect([fifo.shift(), fifo.size, taken]).toEqual([undefined, 0, put]);
});

/** Items that are moved to another place in memory meanwhile. */
function moved(work: () => void): number {
  const { slice } = Array.prototype;
  let count = 0;
  Array.prototype.slice = function (this: unknown[], ...args) {
    const result = slice.apply(this, args as [number]);
    count += result.length;
    return result;
  };
  try {
    work();
  } finally {
    Array.prototype.slice = slice;
  }
  return count;
}

test.each([1, 2, 10, 1000])(
  'what was taken is let go of: a queue that has always %i moves at most one for each',
  (length) => {
    const fifo = new Fifo<number>();
    for (let i = 0; i < length; i++) fifo.push(i);
    const count = moved(() => {
      for (let i = 0; i < 10_000; i++) {
        fifo.push(i);
        fifo.shift();
      }
    });
    expect(count).toBeLessThanOrEqual(10_000);
    // Each time it has taken as many as it holds, and no more: so many are kept from the collector at most.
    expect(count).toBeGreaterThanOrEqual(10_000 - 2 * length - 10_000 / (length + 1));
  },
);

test('a queue that has one item at a time keeps its array', () => {
  const slice = vi.spyOn(Array.prototype, 'slice');
  const fifo = new Fifo<number>();
  for (let i = 0; i < 100; i++) {
    fifo.push(i);
    fifo.shift();
  }
  const { length } = slice.mock.calls;
  slice.mockRestore();
  expect(length).toBe(0);
});

test.each([1000, 10_000, 100_000])('of %i items none is moved more than once', (count) => {
  const fifo = new Fifo<number>();
  for (let i = 0; i < count; i++) fifo.push(i);
  const moves = moved(() => {
    while (fifo.size) fifo.shift();
  });
  expect(moves).toBeLessThanOrEqual(count);
});
