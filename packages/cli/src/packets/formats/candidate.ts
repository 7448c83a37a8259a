import type { Reading } from '../reading.ts';

/** One way to read a text. `readText` chooses among them. */
export interface Candidate extends Reading {
  /** Nothing else looks like this, so no other format is considered. */
  readonly certain: boolean;
  /** The pieces are parts of one stream, or of one for each side: a packet may go over several of them. */
  readonly continuous?: boolean;
  /** If another format fits equally well, this one is not even mentioned. */
  readonly unlikely?: boolean;
  /** Less likely than another reading of the same text. Whole packets are a reason to take it, an unfinished packet is none. */
  readonly doubtful?: boolean;
}
