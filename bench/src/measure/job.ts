import type { TaskId } from '../workload/tasks.ts';

/** What one process is told to measure. */
export interface Job {
  readonly codec: string;
  readonly form: string;
  readonly task: TaskId;
  readonly measure: 'time' | 'memory';
  readonly fixture: Fixture;
  /** CPU time of the warm-up, and of one sample. */
  readonly warmUpMs: number;
  readonly sampleMs: number;
}

/** What the task works on, as made by mqtt-packet. */
export interface Fixture {
  /** The packets, one behind the other. */
  readonly streamFile: string;
  /** Where each packet ends, as 32-bit integers. */
  readonly endsFile: string;
  readonly packets: number;
  /** What a pass must return: bytes when it encodes, the sum of the checksums when it decodes. */
  readonly expected: number;
}

export interface Memory {
  /** Bytes for one packet on the JavaScript heap, and outside it. */
  readonly heap: number;
  readonly offHeap: number;
}
