/** What `mote explain` prints about one code. */
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

/** An entry of a table. It saves the names of the four fields some hundred times. */
export const explanation = (what: string, causes: readonly string[], check: string, fix: string): Explanation => ({
  what,
  causes,
  check,
  fix,
});

/** Words that other programs print, and the code here that means the same. The first entry that matches counts. */
export type Words = readonly (readonly [words: RegExp, code: string])[];
