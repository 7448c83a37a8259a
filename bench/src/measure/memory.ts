import type { Memory } from './job.ts';
import { median } from './statistics.ts';

// A young generation of 256 MB, and V8 asking for a full collection at 64 MB outside the heap, set how far we may go.
const HEAP_AT_MOST = 150e6;
const OFF_HEAP_AT_MOST = 32e6;
const SAMPLE_MS = 100;
const ENOUGH_PACKETS = 1e6;

/**
 * Bytes allocated by one pass. So little is done between two looks that nothing is collected, so that the growth of the heap
 * is what was allocated; and so much, that what the looking itself allocates does not show.
 */
export function allocationOf(pass: () => void, packets: number, nsOfPass: number): Memory {
  const collect = globalThis.gc;
  if (!collect) throw new Error('run with --expose-gc');
  const grow = (passes: number): Memory => {
    collect();
    const before = process.memoryUsage();
    for (let n = 0; n < passes; n++) pass();
    const after = process.memoryUsage();
    return {
      heap: (after.heapUsed - before.heapUsed) / passes,
      offHeap: (after.arrayBuffers - before.arrayBuffers) / passes,
    };
  };
  const { heap, offHeap } = grow(1);
  const passes = Math.min(
    ENOUGH_PACKETS / packets,
    HEAP_AT_MOST / Math.max(heap, 1),
    OFF_HEAP_AT_MOST / Math.max(offHeap, 1),
    (SAMPLE_MS * 1e6) / nsOfPass,
  );
  const samples = Array.from({ length: 5 }, () => grow(Math.max(1, Math.floor(passes))));
  return {
    heap: Math.max(0, median(samples.map((sample) => sample.heap))),
    offHeap: Math.max(0, median(samples.map((sample) => sample.offHeap))),
  };
}
