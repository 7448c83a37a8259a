import type { Packet } from '@mote/codec';
import { seeded } from './random.ts';
import { type Chunking, type TaskId, task } from './tasks.ts';
import { workloads } from './workloads.ts';

/** A chunk is `bytes[start .. end)`. */
export interface Chunk {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

const CHUNK = 65536;
/** Enough of the mixed stream for one-byte chunks: some peers take milliseconds per packet there. */
const ONE_BYTE_PACKETS = 400;

/** The packets of one pass. Those to be decoded are repeated until they fill 512 KiB, to make chunks of. */
export function packetsOf(id: TaskId, sizeOf: (packet: Packet) => number): Packet[] {
  const { workload, chunking } = task(id);
  const packets = workloads[workload].packets();
  if (chunking === '1 B') return packets.slice(0, ONE_BYTE_PACKETS);
  if (chunking !== '64 KiB' && chunking !== 'packets') return packets;
  const size = packets.reduce((sum, packet) => sum + sizeOf(packet), 0);
  return Array.from({ length: Math.max(1, Math.floor(524288 / size)) }, () => packets).flat();
}

/** Cuts the stream; each chunk has memory of its own, as a socket delivers it, unless one read buffer is asked for. */
export function cut(stream: Uint8Array, packetEnds: readonly number[], chunking: Chunking): Chunk[] {
  const chunks: Chunk[] = [];
  const ends: Readonly<Record<Chunking, (at: number) => number>> = {
    '1 packet': (at) => packetEnds.find((end) => end > at)!,
    packets: (at) => packetEnds.filter((end) => end <= at + CHUNK).at(-1)!,
    '64 KiB': (at) => at + CHUNK,
    '1..1460 B': (at) => at + 1 + Math.floor(random() * 1460),
    '1 B': (at) => at + 1,
  };
  const random = seeded(1460);
  for (let at = 0; at < stream.length; ) {
    const end = Math.min(ends[chunking](at), stream.length);
    const bytes = Buffer.allocUnsafeSlow(end - at);
    bytes.set(stream.subarray(at, end));
    chunks.push({ bytes, start: 0, end: bytes.length });
    at = end;
  }
  return chunks;
}

/** The same chunks as windows of one long-lived buffer. */
export function inOneBuffer(chunks: readonly Chunk[]): Chunk[] {
  const bytes = Buffer.concat(chunks.map((chunk) => chunk.bytes));
  let at = 0;
  return chunks.map((chunk) => {
    const start = at;
    at += chunk.end;
    return { bytes, start, end: at };
  });
}
