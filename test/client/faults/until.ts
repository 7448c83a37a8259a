/** Turns of the event loop until it is so, or for as long as any of this takes. */
export async function until(holds: () => boolean): Promise<void> {
  for (let turns = 0; turns < 500 && !holds(); turns++) await new Promise(setImmediate);
}
