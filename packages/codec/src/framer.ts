import { type Frame, fail } from './frame.ts';
import type { PacketType } from './packet-type.ts';
import { copy } from './wire/copy.ts';
import { ANY_SIZE, checkHeader, NO_PACKET, type OwnFrame, RULES } from './wire/header.ts';
import { NOTHING } from './wire/nothing.ts';

export interface FramerOptions {
  /** Bytes, fixed header included. A larger packet is refused as soon as its header is there. Default 262,144. */
  readonly maxPacketSize?: number | undefined;
}

const LARGEST_SLAB = 16384;

// Not declared as a field, since that would ask for Symbol.iterator where there is no Symbol.
export interface Framer {
  [Symbol.iterator]: () => IterableIterator<Frame>;
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

  // The state lies in variables that nobody else can reach; as fields, their names alone were a third of this class. `var`,
  // because V8 tests a `let` at each use by an inner function: 3 ns of the 9 that a PUBACK takes (Node 20).
  constructor({ maxPacketSize = 262144 }: FramerOptions = {}) {
    // biome-ignore-start lint/suspicious/noVar: see above
    var frame: OwnFrame = {
      type: 1,
      flags: 0,
      bytes: NOTHING,
      start: 0,
      end: 0,
      headerSize: 0,
      error: undefined,
    };
    // To be read now: `bytes[at .. limit)`.
    var bytes = NOTHING;
    var at = 0;
    var limit = 0;
    // To be read afterwards: a chunk, or the rest of one that completed the packet at `at`.
    var later = NOTHING;
    var laterAt = 0;
    var laterLimit = 0;
    // Our own memory, free from `slabAt` on.
    var slab = NOTHING;
    var slabAt = 0;
    var slabSize = 0;
    // biome-ignore-end lint/suspicious/noVar: see above

    this.push = (chunk, start = 0, end = chunk.length) => {
      if (frame.error) return;
      if (at < limit) {
        if (laterAt < laterLimit) gather(Infinity); // two chunks have not been read yet: they become one
        later = chunk;
        laterAt = start;
        laterLimit = end;
      } else take(chunk, start, end);
    };

    this.next = next;
    if (typeof Symbol === 'function') this[Symbol.iterator] = iterator;

    // Small enough for V8 to put it into the loop that calls it, with the rare cases out of line: half the time of a PUBACK.
    function next(): Frame | undefined {
      if (frame.error) throw frame.error;
      if (at >= limit) return undefined;
      frame.headerSize = 2;
      let length = limit - at > 1 ? bytes[at + 1]! : 128;
      if (length > 127) length = readLength();
      const first = bytes[at]!;
      const start = at + frame.headerSize;
      const end = start + length;
      frame.type = (first >> 4) as PacketType;
      frame.flags = first & 15;
      if (frame.bytes !== bytes) frame.bytes = bytes;
      frame.start = start;
      frame.end = end;
      const rule = RULES[first]!;
      if (rule !== ANY_SIZE && (rule !== length || rule === NO_PACKET)) checkHeader(frame, length);
      if (end - at > maxPacketSize) fail(frame, 'packet-too-large', at + 1, '4.8.0-2');
      if (length < 0 || end > limit) return more(length);
      at = end;
      if (at === limit && laterAt < laterLimit) {
        take(later, laterAt, laterLimit);
        later = NOTHING;
        laterAt = laterLimit;
      }
      return frame;
    }

    function iterator(): IterableIterator<Frame> {
      const packets: IterableIterator<Frame> = {
        next: () => {
          const value = next();
          return value ? { done: false, value } : { done: true, value: undefined };
        },
        [Symbol.iterator]: () => packets,
      };
      return packets;
    }

    /** Of more than one byte; -1 if its last is not there. */
    function readLength(): number {
      let length = 0;
      let to = at + 1;
      for (let shift = 0; shift < 28 && to < limit; shift += 7) {
        const byte = bytes[to++]!;
        length |= (byte & 127) << shift;
        if (byte < 128) {
          frame.headerSize = to - at;
          return length;
        }
      }
      frame.headerSize = to - at;
      return -1;
    }

    /** Looks for the rest of the packet at `at` in what comes later. */
    function more(length: number): Frame | undefined {
      const { headerSize } = frame;
      if (length < 0 && headerSize > 4) fail(frame, 'malformed-length', at + 4);
      const wanted = length < 0 ? headerSize + 1 : headerSize + length;
      gather(wanted - limit + at);
      return limit - at < wanted ? undefined : next();
    }

    /** The chunk before has been read. */
    function take(chunk: Uint8Array, start: number, end: number): void {
      bytes = chunk;
      at = start;
      limit = end;
      if (slabSize > LARGEST_SLAB) {
        slab = NOTHING;
        slabSize = 0;
      }
    }

    /** Makes what is to be read now our own, with up to `count` bytes of what comes later behind it. */
    function gather(count: number): void {
      const end = Math.min(laterLimit, laterAt + count);
      const have = limit - at;
      const size = have + end - laterAt;
      let to = limit;
      if (bytes !== slab || slabSize - at < size) {
        to = slabAt;
        if (slabSize - to < size) {
          slabSize = Math.max(128, (size * 3) >> 1, Math.min(slabSize * 2, LARGEST_SLAB));
          slab = new Uint8Array(slabSize);
          to = 0;
        }
        copy(bytes, at, limit, slab, to);
        bytes = slab;
        at = to;
        to += have;
      }
      copy(later, laterAt, end, slab, to);
      limit = slabAt = to + end - laterAt;
      laterAt = end;
    }
  }
}
