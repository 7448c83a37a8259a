import type { Segment } from './tcp-segment.ts';

/** Bytes of one side that came in one segment. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly time: string | undefined;
  /** Number of the frame. The packets of both sides are sorted by it. */
  readonly frame: number;
}

/** Chunks that follow each other without a gap. */
export interface Run {
  readonly chunks: Chunk[];
  /** Bytes between the run before and this one that are not in the capture. */
  readonly lost: number;
}

/** The bytes that one side of a connection sent, in their order. Retransmitted segments count once, late ones are sorted in. */
export class Side {
  readonly endpoint: string;
  /** Whether the capture has its SYN, and so its first byte. */
  fromStart = false;
  /** Whether it has sent RST. */
  reset = false;
  #reference: number | undefined;
  #furthest = 0;
  readonly #parts: (Chunk & { readonly at: number })[] = [];

  constructor(endpoint: string) {
    this.endpoint = endpoint;
  }

  get hasData(): boolean {
    return this.#parts.length > 0;
  }

  /** Whether a SYN with this number belongs to the present connection, and is not that of a new one with the same ports. */
  opensAt(sequence: number): boolean {
    return this.#reference === undefined || this.#place(sequence + 1) === 0;
  }

  add({ sequence, syn, rst, data }: Segment, time: string | undefined, frame: number): void {
    if (rst) this.reset = true;
    const first = syn ? sequence + 1 : sequence;
    if (syn && this.#reference === undefined) this.fromStart = true;
    this.#reference ??= first >>> 0;
    const at = this.#place(first);
    this.#furthest = Math.max(this.#furthest, at);
    if (data.length > 0) this.#parts.push({ at, bytes: data, time, frame });
  }

  /** The offset of a sequence number in the stream. The numbers wrap after 4 GiB, so the offset nearest to the highest one is meant. */
  #place(sequence: number): number {
    const near = ((this.#reference ?? 0) + this.#furthest) | 0;
    return this.#furthest + (((sequence | 0) - near) | 0);
  }

  /** The bytes in their order. `differing` counts retransmitted segments with other bytes than before. */
  runs(): { runs: Run[]; differing: number } {
    const parts = [...this.#parts].sort((one, other) => one.at - other.at || one.frame - other.frame);
    const runs: Run[] = [];
    let end = this.fromStart ? 0 : (parts[0]?.at ?? 0);
    let differing = 0;
    let last: (typeof parts)[number] | undefined;
    for (const part of parts) {
      const { at, bytes, time, frame } = part;
      // A TCP keep-alive repeats the last sequence number with one byte of any value.
      const isProbe = bytes.length === 1 && at + 1 === end;
      if (last !== undefined && !isProbe && differs(last, part)) differing += 1;
      if (last === undefined || at + bytes.length >= last.at + last.bytes.length) last = part;
      const lost = at - end;
      if (lost > 0 || runs.length === 0) runs.push({ chunks: [], lost: Math.max(lost, 0) });
      const fresh = bytes.subarray(Math.max(end - at, 0));
      if (fresh.length > 0) runs.at(-1)?.chunks.push({ bytes: fresh, time, frame });
      end = Math.max(end, at + bytes.length);
    }
    return { runs: runs.filter(({ chunks }) => chunks.length > 0), differing };
  }
}

function differs(one: { at: number; bytes: Uint8Array }, other: { at: number; bytes: Uint8Array }): boolean {
  const from = Math.max(one.at, other.at);
  const to = Math.min(one.at + one.bytes.length, other.at + other.bytes.length);
  for (let at = from; at < to; at++) if (one.bytes[at - one.at] !== other.bytes[at - other.at]) return true;
  return false;
}

/** A TCP connection. */
export interface Connection {
  readonly sides: readonly [Side, Side];
  /** The side that opened it, if the capture has a SYN. */
  client: Side | undefined;
}

/** All connections of a capture. The same pair of addresses and ports may have several, one after the other. */
export class Connections {
  readonly all: Connection[] = [];
  readonly #open = new Map<string, Connection>();

  /** Adds a segment to its connection. A SYN with another number opens a new one. */
  add(segment: Segment, time: string | undefined, frame: number): void {
    const { source, destination, syn, ack } = segment;
    const key = [source, destination].sort().join(' ');
    let connection = this.#open.get(key);
    const reopened = syn && !ack && connection !== undefined && !sideOf(connection, source).opensAt(segment.sequence);
    if (connection === undefined || reopened) {
      connection = { sides: [new Side(source), new Side(destination)], client: undefined };
      this.#open.set(key, connection);
      this.all.push(connection);
    }
    if (syn) connection.client = sideOf(connection, ack ? destination : source);
    sideOf(connection, source).add(segment, time, frame);
  }
}

function sideOf({ sides }: Connection, endpoint: string): Side {
  return sides[0].endpoint === endpoint ? sides[0] : sides[1];
}
