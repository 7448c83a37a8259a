import { type Frame, fail } from './frame.ts';
import type { PacketType } from './packet-type.ts';
import { ANY_SIZE, type OwnFrame, RULES, refuseHeader } from './wire/header.ts';
import { NOTHING, UNNUMBERED } from './wire/nothing.ts';

export interface FramerOptions {
  /** Bytes, fixed header included. A larger packet is refused as soon as its header is there. Default 262,144. */
  readonly maxPacketSize?: number | undefined;
}

const LARGEST_SLAB = 16384;

// The method is put on at the end of this file, and only where there is a Symbol to name it.
export interface Framer {
  [Symbol.iterator](): IterableIterator<Frame>;
}

/**
 * Cuts a stream of bytes into packets, in linear time however the stream was cut. A packet that lies in one chunk is given out
 * where it lies. One that does not is gathered in memory of our own, which grows with the bytes that have arrived, whatever
 * length they announce, and is never written to twice: what was cut out of it stays as it was.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: a declared field would ask for Symbol.iterator where there is none
export class Framer {
  private readonly max: number;
  private readonly frame: OwnFrame;
  /** To be read now: `bytes[at .. limit)`. */
  private bytes = NOTHING;
  private at = 0;
  private limit = 0;
  /** To be read afterwards: a chunk, or the rest of one that completed the packet at `at`. */
  private later = NOTHING;
  private laterAt = 0;
  private laterLimit = 0;
  /** Our own memory, free from `slabAt` on. */
  private slab = NOTHING;
  private slabAt = 0;

  constructor({ maxPacketSize = 262144 }: FramerOptions = {}) {
    this.max = maxPacketSize;
    this.frame = { type: 1, flags: 0, bytes: NOTHING, start: 0, end: 0, headerSize: 0, error: undefined };
  }

  /** Takes `chunk[start .. end)`, which is read where it lies until `next` has returned undefined. */
  push(chunk: Uint8Array, start: number = 0, end: number = chunk.length): void {
    if (this.frame.error) return;
    if (this.laterAt < this.laterLimit) this.gather(Infinity); // two chunks have not been read yet: they become one
    this.later = chunk;
    this.laterAt = start;
    this.laterLimit = end;
  }

  /**
   * The next whole packet, or undefined until it has all arrived. It is one object, filled anew by each call. Throws a
   * DecodeError, and the same one ever after, once this or a decoder has refused a packet: nothing behind it is given out.
   */
  next(): Frame | undefined {
    const { frame } = this;
    for (;;) {
      if (frame.error) throw frame.error;
      const { bytes, at, limit } = this;
      let wanted = 2;
      if (limit - at > 1) {
        const first = bytes[at]!;
        let body = at + 2;
        let byte = bytes[at + 1]!;
        let length = byte & 127;
        for (let shift = 7; byte > 127 && shift < 28 && body < limit; shift += 7) {
          byte = bytes[body++]!;
          length |= (byte & 127) << shift;
        }
        const end = body + length;
        frame.type = (first >> 4) as PacketType;
        frame.flags = first & 15;
        if (frame.bytes !== bytes) frame.bytes = bytes;
        frame.start = body;
        frame.end = end;
        frame.headerSize = body - at;
        const rule = RULES[first]!;
        if (!rule) refuseHeader(frame);
        if (byte > 127) {
          if (body - at > 4) fail(frame, 'malformed-length', body - 1, UNNUMBERED);
          wanted = body - at + 1;
        } else {
          if (rule !== ANY_SIZE && rule !== length + 1) refuseHeader(frame);
          wanted = end - at;
          if (wanted > this.max) fail(frame, 'packet-too-large', at + 1, '4.8.0-2');
          if (end <= limit) {
            this.at = end;
            return frame;
          }
        }
      }
      if (!this.more(wanted)) return undefined;
    }
  }

  /** Brings up what comes later for the packet at `at`, of which `wanted` bytes are to be had. False if nothing came. */
  private more(wanted: number): boolean {
    const { frame, bytes, at, laterAt, laterLimit } = this;
    const have = this.limit - at;
    if (have > 0) {
      if (!RULES[bytes[at]!]) {
        frame.type = (bytes[at]! >> 4) as PacketType;
        frame.flags = bytes[at]! & 15;
        frame.start = frame.end = at;
        frame.headerSize = 0;
        refuseHeader(frame);
      }
      this.gather(wanted - have);
      return this.limit - this.at >= wanted;
    }
    this.bytes = this.later;
    this.at = laterAt;
    this.limit = laterLimit;
    this.later = NOTHING;
    this.laterAt = this.laterLimit = 0;
    if (this.slab.length > LARGEST_SLAB) this.slab = NOTHING;
    return laterAt < laterLimit;
  }

  /** Makes what is to be read now our own, with up to `count` bytes of what comes later behind it. */
  private gather(count: number): void {
    const { bytes, at, limit, later, laterAt } = this;
    const end = Math.min(this.laterLimit, laterAt + count);
    const size = limit - at + end - laterAt;
    let { slab } = this;
    let to = limit;
    if (bytes !== slab || slab.length - at < size) {
      to = this.slabAt;
      if (slab.length - to < size) {
        slab = new Uint8Array(Math.max(128, size * 1.5, Math.min(slab.length * 2, LARGEST_SLAB)));
        to = 0;
      }
      copy(bytes, at, limit, slab, to);
      this.bytes = this.slab = slab;
      this.at = to;
      to += limit - at;
    }
    copy(later, laterAt, end, slab, to);
    this.limit = this.slabAt = to + end - laterAt;
    this.laterAt = end;
  }
}

if (typeof Symbol === 'function') {
  Framer.prototype[Symbol.iterator] = function () {
    const iterator: IterableIterator<Frame> = {
      next: () => {
        const value = this.next();
        return value ? { done: false, value } : { done: true, value: undefined };
      },
      [Symbol.iterator]: () => iterator,
    };
    return iterator;
  };
}

function copy(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start > 64) to.set(from.subarray(start, end), at);
  else while (start < end) to[at++] = from[start++]!;
}
