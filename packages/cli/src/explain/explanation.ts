/** What `mote explain` says of one code. */
export interface Explanation {
  /** What happened, in one sentence. */
  readonly what: string;
  /** Likely causes, the likeliest first. */
  readonly causes: readonly string[];
  /** How to find out which of them it is. */
  readonly check: string;
  /** What to do about it. */
  readonly fix: string;
}

/** One line of a table. */
export const explanation = (what: string, causes: readonly string[], check: string, fix: string): Explanation => ({
  what,
  causes,
  check,
  fix,
});

/** Words that others print, and the code that they mean here: the first that fits counts. */
export type Words = readonly (readonly [words: RegExp, code: string])[];
