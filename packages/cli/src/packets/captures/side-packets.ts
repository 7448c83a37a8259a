import { cuts, looksLikeMqtt, packetEnd } from '../framing.ts';
import { joined, type Piece } from '../reading.ts';
import type { Chunk, Run } from './tcp-streams.ts';

/** A packet of a capture, and the frame it begins in. */
export interface Found {
  readonly frame: number;
  readonly piece: Pick<Piece, 'bytes' | 'time'>;
}

const MOST_STARTS = 256;

/**
 * The packets in the runs of one side. Where a run does not begin at a packet (the capture began later, or bytes are lost), the packet
 * before says where the next one is, or else a chunk that begins with one.
 */
export function packetsOfSide(runs: readonly Run[], fromStart: boolean): { found: Found[]; notes: string[] } {
  const found: Found[] = [];
  const notes: string[] = [];
  let latest = 0;
  /** Bytes of the unfinished packet at the end of the run before that are still to come. */
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
      // A late segment keeps its packets behind those in front of it.
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

export function endsOf(chunks: readonly Chunk[]): number[] {
  let end = 0;
  return chunks.map(({ bytes }) => {
    end += bytes.length;
    return end;
  });
}

/** The first beginning of a chunk from which packets follow each other to the end; the very beginning when there is none. */
function firstPacket(bytes: Uint8Array, ends: readonly number[]): number {
  return [0, ...ends].slice(0, MOST_STARTS).find((start) => start < bytes.length && looksLikeMqtt(bytes, start)) ?? 0;
}
