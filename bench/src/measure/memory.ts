import type { Memory } from './job.ts';
import { median } from './statistics.ts';

// Stays below the limits at which V8 collects: a young generation of 256 MB, and 64 MB outside the heap.
const HEAP_AT_MOST = 150e6;
const OFF_HEAP_AT_MOST = 32e6;
const SAMPLE_MS = 20;
const SAMPLES = 3;
const ENOUGH_PACKETS = 1e6;

/**
 * Bytes allocated by one pass. It is the difference between the growth of the heap in 2 n passes and in n passes, since reading the
 * heap's size allocates, too. So little happens between two readings that nothing is collected, and the growth is all that was allocated.
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
  // A pass that takes longer than one sample has enough packets for a stable figure, and is measured once.
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
