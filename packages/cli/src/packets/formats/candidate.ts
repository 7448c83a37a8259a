import type { Reading } from '../reading.ts';

/** One way to read a text. Where there are several, `readText` chooses. */
export interface Candidate extends Reading {
  /** Nothing else would be written like this: no other reading is looked for. */
  readonly certain: boolean;
  /** The pieces are runs of a stream, or of one for each side: packets may span them. */
  readonly continuous?: boolean;
  /** Nobody would think of it where another reading fits as well. */
  readonly unlikely?: boolean;
  /** Less likely than another reading of the same text: that it makes an unfinished packet is no reason to take it, that it makes whole ones is. */
  readonly doubtful?: boolean;
}
