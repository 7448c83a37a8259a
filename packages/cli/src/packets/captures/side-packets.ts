import { cuts, looksLikeMqtt, packetEnd } from '../framing.ts';
import { joined, type Piece } from '../reading.ts';
import type { Chunk, Run } from './tcp-streams.ts';

/** A packet of a capture, and the number of the frame in which it begins. */
export interface Found {
  readonly frame: number;
  readonly piece: Pick<Piece, 'bytes' | 'time'>;
}

/** Places where `firstPacket` looks. Each look may read the rest of the run, so without a limit the time would grow with the square. */
const MOST_STARTS = 256;

/**
 * The packets in the runs of one side. A run may begin within a packet, if the capture began later or bytes are lost. Then the length of
 * the packet before says where the next one begins; or else it is searched for at the beginnings of chunks.
 */
export function packetsOfSide(runs: readonly Run[], fromStart: boolean): { found: Found[]; notes: string[] } {
  const found: Found[] = [];
  const notes: string[] = [];
  let latest = 0;
  /** Bytes that the last packet of the run before still needs. Undefined if nobody knows. */
  let owed: number | undefined = fromStart ? 0 : undefined;
  for (const { chunks, lost } of runs) {
    const bytes = joined(chunks.map((chunk) => chunk.bytes));
    const ends = endsOf(chunks);
    if (lost > 0) notes.push(`${lost} ${lost === 1 ? 'byte is' : 'bytes are'} not in the capture`);
    const start = owed === undefined || owed < lost ? firstPacket(bytes, ends) : owed - lost;
    const skipped = Math.min(start, bytes.length);
    if (skipped > 0)
      notes.push(
        `${skipped} ${skipped === 1 ? 'byte' : 'bytes'} of a packet whose beginning is not in the capture left out`,
      );
    const rest = bytes.subarray(skipped);
    const own = cuts(rest);
    let chunk = 0;
    for (const [from, to] of own) {
      while ((ends[chunk] ?? bytes.length) <= from + skipped) chunk += 1;
      const { frame = 0, time } = chunks[chunk] ?? {};
      // A segment may be captured late. Its packets must not be sorted in front of the ones before them.
      latest = Math.max(latest, frame);
      found.push({ frame: latest, piece: { bytes: rest.subarray(from, to), ...(time === undefined ? {} : { time }) } });
    }
    const [last] = own.slice(-1);
    owed = last === undefined ? start - bytes.length : owedBy(rest, last[0]);
  }
  return { found, notes };
}

function owedBy(bytes: Uint8Array, start: number): number | undefined {
  const end = packetEnd(bytes, start);
  return end === undefined ? undefined : end - bytes.length;
}

/** The offsets where the chunks end, in all their bytes together. */
export function endsOf(chunks: readonly Chunk[]): number[] {
  let end = 0;
  return chunks.map(({ bytes }) => {
    end += bytes.length;
    return end;
  });
}

/** The first beginning of a chunk from which packets follow each other to the end of the run. 0 if there is none. */
function firstPacket(bytes: Uint8Array, ends: readonly number[]): number {
  return [0, ...ends].slice(0, MOST_STARTS).find((start) => start < bytes.length && looksLikeMqtt(bytes, start)) ?? 0;
}
