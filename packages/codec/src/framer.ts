import { type Frame, fail } from './frame.ts';
import type { PacketType } from './packet-type.ts';
import { isBodySize, isFirstByte, type OwnFrame, refuseHeader } from './wire/header.ts';
import { NOTHING, UNNUMBERED } from './wire/nothing.ts';

export interface FramerOptions {
  /** Bytes, fixed header included. A larger packet is refused as soon as its header is there. Default 262,144. */
  readonly maxPacketSize?: number | undefined;
}

const LARGEST_SLAB = 8192;

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
  /** Takes `chunk[start .. end)`, which is read where it lies until `next` has returned undefined. */
  readonly push: (chunk: Uint8Array, start?: number, end?: number) => void;
  /**
   * The next whole packet, or undefined until it has all arrived. It is one object, filled anew by each call. Throws a
   * DecodeError, and the same one ever after, once this or a decoder has refused a packet: nothing behind it is given out.
   */
  readonly next: () => Frame | undefined;

  // The state is kept in variables, not in fields, because their names vanish when they are minified.
  constructor({ maxPacketSize = 262144 }: FramerOptions = {}) {
    const frame: OwnFrame = { type: 1, flags: 0, bytes: NOTHING, start: 0, end: 0, headerSize: 0, error: undefined };
    // To be read now: bytes[at .. limit).
    let bytes = NOTHING;
    let at = 0;
    let limit = 0;
    // What the packet at `at` takes at least; 0 unless it was found to be incomplete.
    let needed = 0;
    // To be read afterwards: the rest of the chunk that completed the packet at `at`.
    let later = NOTHING;
    let laterAt = 0;
    let laterLimit = 0;
    // Our own memory, free from `slabAt` on.
    let slab = NOTHING;
    let slabAt = 0;

    this.push = (chunk, start = 0, end = chunk.length) => {
      if (frame.error) return;
      // What came before has not been read to its end.
      if (laterAt < laterLimit || (limit > at && limit - at >= needed)) gather(Infinity);
      const have = limit - at;
      later = chunk;
      laterAt = start;
      laterLimit = end;
      if (have > 0) gather(have < needed ? needed - have : Infinity);
    };

    this.next = () => {
      for (;;) {
        if (frame.error) throw frame.error;
        const have = limit - at;
        let wanted = needed || 1;
        if (have >= wanted) {
          const first = bytes[at]!;
          let body = at + 1;
          let length = 0;
          let scale = 1;
          let byte = 128;
          while (byte > 127 && body < limit && scale < 268435456) {
            byte = bytes[body++]!;
            length += (byte & 127) * scale;
            scale *= 128;
          }
          frame.type = (first >> 4) as PacketType;
          frame.flags = first & 15;
          frame.bytes = bytes;
          frame.start = body;
          frame.end = body + length;
          frame.headerSize = body - at;
          if (!isFirstByte(first)) refuseHeader(frame);
          wanted = have + 1;
          if (byte < 128) {
            if (!isBodySize(first >> 4, length)) refuseHeader(frame);
            wanted = frame.end - at;
            if (wanted > maxPacketSize) fail(frame, 'packet-too-large', at + 1, '4.8.0-2');
            if (have >= wanted) {
              at += wanted;
              needed = 0;
              return frame;
            }
          } else if (scale === 268435456) fail(frame, 'malformed-length', body - 1, UNNUMBERED);
        }
        if (have > 0) {
          needed = wanted;
          if (bytes !== slab || laterAt < laterLimit) gather(wanted - have);
          if (limit - at === have) return undefined;
        } else if (laterAt < laterLimit) {
          bytes = later;
          at = laterAt;
          limit = laterLimit;
          laterAt = laterLimit;
        } else {
          bytes = later = NOTHING;
          at = limit = laterAt = laterLimit = 0;
          if (slab.length > LARGEST_SLAB) slab = NOTHING;
          return undefined;
        }
      }
    };

    /** Makes what is to be read now our own, with up to `count` bytes of what comes later behind it. */
    function gather(count: number): void {
      const end = Math.min(laterLimit, laterAt + count);
      const size = limit - at + end - laterAt;
      if (bytes !== slab || slab.length - at < size) {
        if (slab.length - slabAt < size) {
          slab = new Uint8Array(Math.max(128, size * 1.5, Math.min(slab.length * 2, LARGEST_SLAB)));
          slabAt = 0;
        }
        copy(bytes, at, limit, slab, slabAt);
        limit += slabAt - at;
        at = slabAt;
        bytes = slab;
      }
      copy(later, laterAt, end, slab, limit);
      limit += end - laterAt;
      slabAt = limit;
      laterAt = end;
    }
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
