import { cutsOfRuns } from './framing.ts';
import { InputError } from './input-error.ts';

/** Bytes that belong together, with what the input says about them. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly from?: 'device' | 'service' | undefined;
  /** The time, as the capture writes it. */
  readonly time?: string | undefined;
  /** The connection, if the capture has several: `192.0.2.7:50000 to 192.0.2.1:1883`. */
  readonly connection?: string | undefined;
}

/** The result of reading a text or a file. */
export interface Reading {
  /** The name of the format: `hexdump -C`, `a decimal list`. */
  readonly format: string;
  readonly pieces: readonly Piece[];
  /** The same bytes, line by line as in the text, if that is known. */
  readonly lines?: readonly Piece[];
  /** What a user has to know before trusting the packets: other possible formats, what was cut, what was left out. */
  readonly notes: readonly string[];
}

/** Most bytes of MQTT in one input. The worst case, only zeros, makes 3,145,728 lines in 7 s (Node 20, two cores). */
export const MOST_BYTES = 1_048_576;
/** Most characters of a text. `hexdump -C` takes five characters for a byte, a capture less than three. */
export const MOST_TEXT: number = 8 * MOST_BYTES;

/** Throws InputError if there are more than MOST_BYTES. `Infinity` is what Math.min() returns for no reading at all, so it is accepted. */
export function refuseTooMany(size: number): void {
  if (size <= MOST_BYTES || size === Number.POSITIVE_INFINITY) return;
  throw new InputError(`${size} bytes are too many to name each: at most ${MOST_BYTES} are read`);
}

/** A reading with one piece. */
export function plainReading(format: string, bytes: Uint8Array, ...notes: readonly string[]): Reading {
  return { format, pieces: [{ bytes }], notes };
}

/** A note if a text says that there are more bytes than it holds, or fewer. */
export function countNote(what: string, said: number | undefined, count: number): string[] {
  return said === undefined || said === count ? [] : [`the ${what} says that it has ${said} bytes; ${count} are there`];
}

/** The bytes of all runs in one array. */
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
 * The packets in runs of bytes, such as lines of a log. The runs of one side are one stream, and a packet may go over several of them. It
 * gets the time of the run in which it begins, and is sorted by it.
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
