/** `2022-08-31T22:02:50.5160000Z`: seven fractional digits, of which our clock knows three. */
export const serviceTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '0000Z');
