import { type Frame, fail } from './frame.ts';
import type { PacketType } from './packet-type.ts';
import { isBodySize, isFirstByte, type OwnFrame, refuseHeader } from './wire/header.ts';
import { UNNUMBERED } from './wire/reader.ts';

export interface FramerOptions {
  /** Bytes, fixed header included. A larger packet is refused as soon as its header is there. Default 262,144. */
  readonly maxPacketSize?: number | undefined;
}

const NOTHING: Uint8Array = /* @__PURE__ */ new Uint8Array(0);
const SMALLEST_SLAB = 128;
const LARGEST_SLAB = 8192;

/**
 * Cuts a stream of bytes into packets, in linear time however the stream was cut. A packet that lies in one chunk is given out
 * where it lies. One that does not is gathered in memory of our own, which grows with the bytes that have arrived, whatever
 * length they announce, and is never written to twice: what was cut out of it stays as it was.
 */
export class Framer {
  declare [Symbol.iterator]: () => IterableIterator<Frame>;
  private readonly maxPacketSize: number;
  private readonly frame: OwnFrame;
  /** To be read now: `bytes[at .. limit)`. */
  private bytes = NOTHING;
  private at = 0;
  private limit = 0;
  /** Bytes that the packet at `at` takes at least; 0 unless it was found to be incomplete. */
  private needed = 0;
  /** To be read afterwards: the rest of the chunk that completed the packet at `at`. */
  private later = NOTHING;
  private laterAt = 0;
  private laterLimit = 0;
  /** Our own memory, free from `slabAt` on. */
  private slab = NOTHING;
  private slabAt = 0;

  constructor(options: FramerOptions = {}) {
    this.maxPacketSize = options.maxPacketSize ?? 262144;
    this.frame = { type: 1, flags: 0, bytes: NOTHING, start: 0, end: 0, headerSize: 0, error: undefined };
  }

  /** Takes `chunk[start .. end)`, which is read where it lies until `next` has returned undefined. */
  push(chunk: Uint8Array, start: number = 0, end: number = chunk.length): void {
    if (this.frame.error || start === end) return;
    const nothingLater = this.laterAt === this.laterLimit;
    const have = this.limit - this.at;
    if (have === 0 && nothingLater) {
      this.bytes = chunk;
      this.at = start;
      this.limit = end;
    } else if (this.needed > have) {
      const taken = Math.min(end, start + this.needed - have);
      this.gather(chunk, start, taken);
      this.later = chunk;
      this.laterAt = taken;
      this.laterLimit = end;
    } else {
      // What came before has not been read to its end.
      this.gather(this.later, this.laterAt, this.laterLimit);
      this.laterAt = this.laterLimit;
      this.gather(chunk, start, end);
    }
  }

  /**
   * The next whole packet, or undefined until it has all arrived. It is one object, filled anew by each call. Throws a
   * DecodeError, and the same one ever after, once this or a decoder has refused a packet: nothing behind it is given out.
   */
  next(): Frame | undefined {
    const { frame } = this;
    if (frame.error) throw frame.error;
    for (;;) {
      const { bytes, at, limit } = this;
      const have = limit - at;
      let needed = this.needed || 2;
      if (have >= needed) {
        const first = bytes[at]!;
        let body = at + 1;
        let length = 0;
        let scale = 1;
        let byte = 0;
        do {
          byte = bytes[body++]!;
          length += (byte & 127) * scale;
          scale *= 128;
        } while (byte > 127 && body < limit && scale < 268435456);
        frame.type = (first >> 4) as PacketType;
        frame.flags = first & 15;
        frame.bytes = bytes;
        frame.start = body;
        frame.end = body + length;
        frame.headerSize = body - at;
        if (!isFirstByte(first)) refuseHeader(frame);
        if (byte < 128) {
          if (!isBodySize(first >> 4, length)) refuseHeader(frame);
          needed = frame.end - at;
          if (needed > this.maxPacketSize) fail(frame, 'packet-too-large', at + 1, '4.8.0-2');
          if (have >= needed) {
            this.at += needed;
            this.needed = 0;
            return frame;
          }
        } else {
          if (body - at === 5) fail(frame, 'malformed-length', at + 4, UNNUMBERED);
          needed = have + 1;
        }
      }
      if (!this.getMore(needed)) return undefined;
    }
  }

  /** Brings up more bytes for the packet at `at`, of which `needed` are wanted. Returns false if there are none yet. */
  private getMore(needed: number): boolean {
    const { frame, bytes, at, limit, later, laterAt, laterLimit } = this;
    const have = limit - at;
    if (have === 0) {
      this.bytes = later;
      this.at = laterAt;
      this.limit = laterLimit;
      this.later = NOTHING;
      this.laterAt = this.laterLimit = 0;
      if (this.slab.length > LARGEST_SLAB) this.slab = NOTHING;
      return laterAt < laterLimit;
    }
    if (have === 1 && !isFirstByte(bytes[at]!)) {
      frame.type = (bytes[at]! >> 4) as PacketType;
      frame.flags = bytes[at]! & 15;
      frame.start = frame.end = at;
      frame.headerSize = 0;
      refuseHeader(frame);
    }
    const taken = Math.min(laterLimit, laterAt + needed - have);
    if (bytes !== this.slab || taken > laterAt) this.gather(later, laterAt, taken);
    this.needed = needed;
    this.laterAt = taken;
    return laterAt < taken;
  }

  /** Makes the bytes to be read now our own, and `from[start .. end)` the last of them. */
  private gather(from: Uint8Array, start: number, end: number): void {
    const { bytes, at, limit } = this;
    const count = end - start;
    let { slab } = this;
    let to = limit;
    if (bytes !== slab || slab.length - limit < count) {
      const size = limit - at + count;
      to = this.slabAt;
      if (slab.length - to < size) {
        slab = new Uint8Array(Math.max(SMALLEST_SLAB, Math.min(slab.length * 2, LARGEST_SLAB), (size * 3) >> 1));
        this.slab = slab;
        to = 0;
      }
      this.bytes = slab;
      this.at = to;
      to = copy(bytes, at, limit, slab, to);
    }
    this.limit = this.slabAt = copy(from, start, end, slab, to);
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

function copy(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): number {
  if (end - start > 32) to.set(from.subarray(start, end), at);
  else for (let i = start; i < end; i++) to[at + i - start] = from[i]!;
  return at + end - start;
}
