import type { Memory } from './job.ts';
import { median } from './statistics.ts';

// A young generation of 256 MB, and V8 asking for a full collection at 64 MB outside the heap, set how far we may go.
const HEAP_AT_MOST = 150e6;
const OFF_HEAP_AT_MOST = 32e6;
const SAMPLE_MS = 20;
const SAMPLES = 3;
const ENOUGH_PACKETS = 1e6;

/**
 * Bytes allocated by one pass: how much more the heap grows under twice as many passes, since a look at the heap has a cost of
 * its own. So little is done between two looks that nothing is collected, so that growth is what was allocated.
 */
export function allocationOf(pass: () => void, packets: number, nsOfPass: number): Memory {
  const { heap, offHeap } = growth(pass, 1);
  const passes = Math.ceil(
    Math.min(
      ENOUGH_PACKETS / packets,
      HEAP_AT_MOST / 2 / Math.max(heap, 1),
      OFF_HEAP_AT_MOST / 2 / Math.max(offHeap, 1),
      (SAMPLE_MS * 1e6) / nsOfPass,
    ),
  );
  // A pass that takes longer than a sample should holds packets enough.
  const samples = Array.from({ length: nsOfPass > SAMPLE_MS * 1e6 ? 1 : SAMPLES }, () => {
    const once = growth(pass, passes);
    const twice = growth(pass, 2 * passes);
    return { heap: (twice.heap - once.heap) / passes, offHeap: (twice.offHeap - once.offHeap) / passes };
  });
  return {
    heap: Math.max(0, median(samples.map((sample) => sample.heap))),
    offHeap: Math.max(0, median(samples.map((sample) => sample.offHeap))),
  };
}

function growth(pass: () => void, passes: number): Memory {
  const collect = globalThis.gc;
  if (!collect) throw new Error('run with --expose-gc');
  collect();
  const before = process.memoryUsage();
  for (let n = 0; n < passes; n++) pass();
  const after = process.memoryUsage();
  return { heap: after.heapUsed - before.heapUsed, offHeap: after.arrayBuffers - before.arrayBuffers };
}
