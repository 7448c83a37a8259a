import { bytesOfHex } from '../hex.ts';
import type { Piece, Reading } from '../reading.ts';

/**
 * Reads a transcript: `451.173 #1 C>S mqtt …` and a line of hex after it. Entries `raw` and `ws` are skipped, since they repeat the same
 * bytes. Undefined if there is no such entry.
 */
export function readTranscript(text: string): Reading | undefined {
  const entries = text.matchAll(
    /^[^\S\n]*([\d.]+) #\d+ ([CS])>[CS] mqtt .*\n[^\S\n]*hex ((?:[0-9a-f]{2})+)[^\S\n]*$/gm,
  );
  const pieces = Array.from(entries, ([, time = '', side, hex = '']): Piece => {
    return { bytes: bytesOfHex(hex), from: side === 'C' ? 'device' : 'service', time: `${time} ms` };
  });
  return pieces.length === 0 ? undefined : { format: 'a transcript', pieces, notes: [] };
}
