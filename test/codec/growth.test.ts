import { decodePublish, encodePublish, Framer } from '@mote/codec';
import { expect, test } from 'vitest';

// Peers are quadratic here: 256 KiB byte by byte takes them 4 to 9 seconds.

// CPU time, so that other processes do not count; and each size is given the same number of bytes in all, so that what disturbs
// does not disturb the small ones more. Over a range of 256 a cost must be 1.7 times as high at its end to show as 1.1.

const WORK = 1 << 20;
const ROUNDS = 3;
const FIVE_SECONDS = 5_000_000;

test('the time for one PUBLISH byte by byte grows with its size and no faster', () => {
  const sizes = [1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20];
  const packets = new Map(
    sizes.map((size) => [size, encodePublish({ topicName: 't', payload: new Uint8Array(size) })]),
  );
  const times = fastest(sizes, WORK, (size) => {
    const bytes = packets.get(size)!;
    const framer = new Framer({ maxPacketSize: 1 << 22 });
    let payload = 0;
    for (let at = 0; at < bytes.length; at++) {
      framer.push(bytes, at, at + 1);
      const frame = framer.next();
      if (frame) payload = decodePublish(frame).payload.length;
    }
    expect(payload).toBe(size);
  });
  expect(exponent(sizes, times)).toBeLessThan(1.1);
});

test('the time for many packets in one chunk grows with their number and no faster', () => {
  const packet = encodePublish({ topicName: 'a/b/c', payload: new Uint8Array(20) });
  const counts = [625, 2_500, 10_000, 40_000, 160_000];
  const chunk = new Uint8Array(packet.length * 160_000);
  for (let at = 0; at < chunk.length; at += packet.length) chunk.set(packet, at);
  const times = fastest(counts, 160_000, (count) => {
    const framer = new Framer();
    framer.push(chunk, 0, count * packet.length);
    let seen = 0;
    for (let frame = framer.next(); frame; frame = framer.next()) seen += decodePublish(frame).payload.length;
    expect(seen).toBe(count * 20);
  });
  expect(exponent(counts, times)).toBeLessThan(1.1);
});

test('a packet that comes byte by byte takes at most two bytes of memory for each that has come', () => {
  const before = process.memoryUsage().arrayBuffers;
  const framer = new Framer({ maxPacketSize: 1 << 24 });
  framer.push(Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x06));
  const byte = Uint8Array.of(0);
  for (let i = 0; i < 400_000; i++) {
    framer.push(byte);
    framer.next();
  }
  global.gc?.();
  // Without a forced collection, what the memory outgrew may still be there.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(global.gc ? 800_000 : 2_400_000);
  expect(framer.next()).toBeUndefined();
});

/**
 * Microseconds of CPU time that each cause takes once: the fastest of several rounds, in each of which every cause is worked
 * through until `work` is done. The first round warms the code and is not counted.
 */
function fastest(causes: readonly number[], work: number, once: (cause: number) => void): number[] {
  const times = causes.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round <= ROUNDS; round++) {
    causes.forEach((cause, i) => {
      const start = process.cpuUsage();
      for (let done = 0; done < work; done += cause) once(cause);
      const { user, system } = process.cpuUsage(start);
      // Said at once, in the order of size: what is quadratic would take minutes for the last.
      expect(user + system, `CPU time of ${work / cause} times ${cause}`).toBeLessThan(FIVE_SECONDS);
      if (round > 0) times[i] = Math.min(times[i]!, ((user + system) * cause) / work);
    });
  }
  return times;
}

/** Slope of the line through the points on logarithmic scales. */
function exponent(sizes: readonly number[], times: readonly number[]): number {
  const x = sizes.map(Math.log);
  const y = times.map(Math.log);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const middle = mean(x);
  const level = mean(y);
  const covariance = x.reduce((sum, value, i) => sum + (value - middle) * ((y[i] ?? 0) - level), 0);
  return covariance / x.reduce((sum, value) => sum + (value - middle) ** 2, 0);
}
