import { cutsOfRuns } from './framing.ts';
import { InputError } from './input-error.ts';

/** Bytes that belong together, with what is known about them. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly from?: 'device' | 'service' | undefined;
  /** As the capture writes it. */
  readonly time?: string | undefined;
  /** Which connection of several, as `192.0.2.7:50000 to 192.0.2.1:1883`. */
  readonly connection?: string | undefined;
}

/** What a text or a file was read as. */
export interface Reading {
  /** The format, for people: `hexdump -C`, `a decimal list`. */
  readonly format: string;
  readonly pieces: readonly Piece[];
  /** The same bytes as they stood in the text, line by line, where that is known. */
  readonly lines?: readonly Piece[];
  /** What a reader has to know before believing the packets: another reading, what was cut, what was left out. */
  readonly notes: readonly string[];
}

/** The most bytes of MQTT that are read from one input. All zeros, the worst of it, make 3,145,728 lines in 7 s (Node 20, two cores). */
export const MOST_BYTES = 1_048_576;
/** `hexdump -C` takes five characters for a byte, a capture less than three. */
export const MOST_TEXT: number = 8 * MOST_BYTES;

/** Throws InputError for more bytes than are read; `Infinity`, the least of none, is none. */
export function refuseTooMany(size: number): void {
  if (size <= MOST_BYTES || size === Number.POSITIVE_INFINITY) return;
  throw new InputError(`${size} bytes are too many to name each: at most ${MOST_BYTES} are read`);
}

/** One run of bytes and nothing to say about it. */
export function plainReading(format: string, bytes: Uint8Array, ...notes: readonly string[]): Reading {
  return { format, pieces: [{ bytes }], notes };
}

/** The bytes of all runs, one after the other. */
export function joined(runs: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(runs.reduce((sum, run) => sum + run.length, 0));
  let at = 0;
  for (const run of runs) {
    bytes.set(run, at);
    at += run.length;
  }
  return bytes;
}

/**
 * The packets of runs that came in this order: lines of a log, segments of TCP. What one side said is one stream, and packets may span
 * its runs; a packet has the place and the time of the run it begins in.
 */
export function packetsOfRuns(runs: readonly Piece[]): Piece[] {
  const found: { run: number; piece: Piece }[] = [];
  for (const side of new Set(runs.map(({ from }) => from))) {
    const own = [...runs.entries()].filter(([, { from }]) => from === side);
    const bytes = joined(own.map(([, run]) => run.bytes));
    let end = 0;
    const ends = own.map(([, run]) => {
      end += run.bytes.length;
      return end;
    });
    let at = 0;
    for (const [start, stop] of cutsOfRuns(bytes, ends)) {
      while ((ends[at] ?? bytes.length) <= start) at += 1;
      const [run = 0, origin] = own[at] ?? [];
      found.push({ run, piece: { ...origin, bytes: bytes.subarray(start, stop) } });
    }
  }
  return found.sort((one, other) => one.run - other.run).map(({ piece }) => piece);
}
