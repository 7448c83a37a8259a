/**
 * `2022-08-31T22:02:50.5160000Z`: seven fractional digits, of which our clock knows three. The first day of 1970 stands
 * for a time that cannot be read, which the certificate of a device may hold.
 */
export const serviceTime = (ms: number): string =>
  new Date(Number.isFinite(ms) && Math.abs(ms) <= LATEST_MS ? ms : 0).toISOString().replace('Z', '0000Z');

/** Milliseconds since 1970. A Date holds no later time, nor an earlier one than this with a minus [ECMA-262 21.4.1.1]. */
export const LATEST_MS = 8.64e15;
