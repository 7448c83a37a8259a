import { decodePublish, encodePublish, Framer } from '@mote/codec';
import { expect, test } from 'vitest';

// Peers are quadratic here: 256 KiB byte by byte takes them 4 to 9 seconds.

test('the time for one PUBLISH byte by byte grows with its size and no faster', () => {
  const run = (size: number) => {
    const bytes = encodePublish({ topicName: 't', payload: new Uint8Array(size) });
    const start = process.cpuUsage();
    const framer = new Framer({ maxPacketSize: 1 << 22 });
    let payload = 0;
    for (let at = 0; at < bytes.length; at++) {
      framer.push(bytes, at, at + 1);
      const frame = framer.next();
      if (frame) payload = decodePublish(frame).payload.length;
    }
    const { user, system } = process.cpuUsage(start);
    expect(payload).toBe(size);
    return user + system;
  };
  run(1 << 16);
  const sizes = [1 << 17, 1 << 18, 1 << 19, 1 << 20];
  const times = sizes.map((size) => Math.min(run(size), run(size), run(size)));
  expect(exponent(sizes, times)).toBeLessThan(1.3);
  expect(times[3]).toBeLessThan(1_000_000);
});

test('the time for many packets in one chunk grows with their number and no faster', () => {
  const packet = encodePublish({ topicName: 'a/b/c', payload: new Uint8Array(20) });
  const run = (count: number) => {
    const chunk = new Uint8Array(packet.length * count);
    for (let i = 0; i < count; i++) chunk.set(packet, i * packet.length);
    const start = process.cpuUsage();
    const framer = new Framer();
    framer.push(chunk);
    let seen = 0;
    for (let frame = framer.next(); frame; frame = framer.next()) seen += decodePublish(frame).payload.length;
    const { user, system } = process.cpuUsage(start);
    expect(seen).toBe(count * 20);
    return user + system;
  };
  run(20_000);
  const counts = [20_000, 40_000, 80_000, 160_000];
  expect(
    exponent(
      counts,
      counts.map((count) => Math.min(run(count), run(count), run(count))),
    ),
  ).toBeLessThan(1.3);
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
