import type { Reading } from '../reading.ts';

/** One way to read a text. `readText` chooses among them. */
export interface Candidate extends Reading {
  /** Nothing else looks like this, so no other format is considered. */
  readonly certain?: boolean | undefined;
  /** The pieces are parts of one stream, or of one for each side: a packet may go over several of them. */
  readonly continuous?: boolean;
  /** If another format fits equally well, this one is not even mentioned. */
  readonly unlikely?: boolean;
  /** Less likely than another reading of the same text. Whole packets are a reason to take it, an unfinished packet is none. */
  readonly doubtful?: boolean;
}

/** A reading with one piece, and nothing to say about it. */
export const single = (format: string, bytes: Uint8Array): Candidate => ({ format, pieces: [{ bytes }], notes: [] });
