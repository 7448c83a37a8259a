import { bytesOfHex } from '../hex.ts';
import type { Piece, Reading } from '../reading.ts';

/** `451.173 #1 C>S mqtt …` and a line of hex below it. The `raw` and `ws` entries hold the same bytes once more. */
export function readTranscript(text: string): Reading | undefined {
  const entries = text.matchAll(/^\s*([\d.]+) #\d+ ([CS])>[CS] mqtt .*\n\s*hex ((?:[0-9a-f]{2})+)\s*$/gm);
  const pieces = Array.from(entries, ([, time = '', side, hex = '']): Piece => {
    return { bytes: bytesOfHex(hex), from: side === 'C' ? 'device' : 'service', time: `${time} ms` };
  });
  return pieces.length === 0 ? undefined : { format: 'a transcript', pieces, notes: [] };
}
