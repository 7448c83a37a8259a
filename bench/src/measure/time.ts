import { median } from './statistics.ts';

/** Nanoseconds of CPU time for one pass: the median of these samples. */
export function cpuTimeOf(pass: () => void, warmUpMs: number, sampleMs: number, samples: number): number {
  return median(Array.from({ length: samples }, warmedUp(pass, warmUpMs, sampleMs)));
}

/**
 * Warms a pass up. Returns a function that takes one sample: nanoseconds of CPU time for one pass, of this whole process, collector and
 * compiler threads included.
 */
export function warmedUp(pass: () => void, warmUpMs: number, sampleMs: number): () => number {
  const passes = Math.max(1, Math.ceil((sampleMs * 1e6) / repeatFor(pass, warmUpMs)));
  return () => {
    const before = process.cpuUsage();
    for (let n = 0; n < passes; n++) pass();
    return nanoseconds(process.cpuUsage(before)) / passes;
  };
}

/** Returns the nanoseconds that a pass took towards the end. */
function repeatFor(pass: () => void, ms: number): number {
  const before = process.cpuUsage();
  for (let passes = 1; ; passes *= 2) {
    const start = process.cpuUsage();
    for (let n = 0; n < passes; n++) pass();
    const took = nanoseconds(process.cpuUsage(start));
    if (nanoseconds(process.cpuUsage(before)) > ms * 1e6) return took / passes;
  }
}

function nanoseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) * 1000;
}
