/**
 * Most characters of a `$rid`. Neither service documents a limit. The answer repeats the `$rid` in its topic, which may have 65,535 bytes,
 * and events keep it.
 */
export const LONGEST_REQUEST_ID = 1024;
