import type { DecodeError } from './error.ts';
import { type Frame, fail, requireMemory } from './frame.ts';
import type { PacketType } from './packet-type.ts';
import { checkHeader } from './wire/header.ts';
import { requireBytes, requireWhole } from './wire/misuse.ts';

/** What a Framer holds its peer to. */
export interface FramerOptions {
  /**
   * Bytes, fixed header included. A larger packet is refused as soon as its header is there. A whole number from 1 to
   * 268,435,455, or 268,435,460, the size of the largest packet that there can be: else a RangeError. Default 262,144.
   */
  readonly maxPacketSize?: number | undefined;
}

/** Bytes of the largest packet: five of header, and what four bytes of Remaining Length can say. */
export const LARGEST_PACKET = 268435460;
/** Small packets that lie across chunks share an array of so many bytes; a larger one is let go when it has been read. */
const LARGEST_SLAB = 16384;

// Not declared as a field of the class: that would ask for Symbol.iterator where there is no Symbol.
export interface Framer {
  /** Gives out what `next` gives out, up to what has not all arrived. There is none on an engine without Symbol. */
  [Symbol.iterator]: () => IterableIterator<Frame>;
}

/**
 * Cuts a stream of bytes into packets, in linear time however the stream was cut. A packet that lies in one chunk is given out
 * where it lies. One that does not is gathered in memory of the Framer's own, which grows with the bytes that have arrived,
 * whatever length they announce, and is never written to twice: what was cut out of it stays as it was.
 *
 * @example
 * const framer = new Framer();
 * socket.on('data', (chunk) => {
 *   framer.push(chunk);
 *   for (const frame of framer) if (frame.type === PUBLISH) onMessage(decodePublish(frame));
 * });
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: see above
export class Framer {
  private readonly _maxPacketSize: number;
  private _error: DecodeError | undefined;
  /** The one Frame that is given out, filled anew for each packet. */
  private readonly _frame: { -readonly [Key in keyof Frame]: Frame[Key] } & { headerSize: number };
  // To be read now: `_bytes[_at .. _limit)`.
  private _bytes: Uint8Array = new Uint8Array(0);
  private _at = 0;
  private _limit = 0;
  // To be read afterwards: a chunk, or the rest of one whose beginning completed the packet at `_at`.
  private _later: Uint8Array = this._bytes;
  private _laterAt = 0;
  private _laterLimit = 0;
  // Memory of our own, free from `_slabAt` on.
  private _slab: Uint8Array = this._bytes;
  private _slabAt = 0;

  constructor({ maxPacketSize = 262144 }: FramerOptions = {}) {
    if (maxPacketSize !== LARGEST_PACKET) requireWhole('maxPacketSize', maxPacketSize, 1, 268435455);
    this._maxPacketSize = maxPacketSize;
    this._frame = {
      type: 1,
      flags: 0,
      bytes: this._bytes,
      start: 0,
      end: 0,
      headerSize: 0,
      refused: (error) => {
        this._error = error;
      },
    };
    if (typeof Symbol === 'function') {
      const packets = {
        next: () => {
          const value = this.next();
          return { done: !value, value } as IteratorResult<Frame>;
        },
        [Symbol.iterator]: () => packets,
      };
      this[Symbol.iterator] = packets[Symbol.iterator];
    }
  }

  /**
   * Takes `chunk[start .. end)`, which is read where it lies: it must stay as it is until `next` has returned undefined. Frames
   * and payloads that were cut out of it are views of it for as long as they are kept. Throws a TypeError for what is no
   * Uint8Array, a RangeError for a part that does not lie in it.
   */
  push(chunk: Uint8Array, start: number = 0, end?: number): void {
    const { length } = requireBytes('chunk', chunk);
    const stop = end === undefined ? length : end;
    requireWhole('end', stop, 0, length);
    requireWhole('start', start, 0, stop);
    if (this._error) return;
    if (this._at < this._limit) {
      if (this._laterAt < this._laterLimit) this._gather(Infinity); // two chunks have not been read yet: they become one
      this._later = chunk;
      this._laterAt = start;
      this._laterLimit = stop;
    } else this._take(chunk, start, stop);
  }

  /**
   * The next whole packet, or undefined until it has all arrived. It is one object, filled anew by each call. Throws a
   * DecodeError, and the same one ever after, once this or a decoder has refused a packet: nothing behind it is given out.
   */
  next(): Frame | undefined {
    const { _bytes: bytes, _at: at, _limit: limit, _frame: frame } = this;
    if (this._error) throw this._error;
    if (at >= limit) return undefined;
    requireMemory(bytes, limit);
    const first = bytes[at]!;
    frame.type = (first >> 4) as PacketType;
    frame.flags = first & 15;
    if (frame.bytes !== bytes) frame.bytes = bytes; // to store a young chunk in an old object costs 3 ns
    // Remaining Length: seven bits a byte, the low ones first; the top bit says that one more follows [2.2.3].
    let size = 1;
    let remainingLength = 0;
    let byte: number;
    do {
      if (size > 4 || at + size === limit) return this._unknownLength(size);
      byte = bytes[at + size]!;
      remainingLength |= (byte & 127) << (7 * size - 7);
      size++;
    } while (byte > 127);
    checkHeader(frame, remainingLength);
    const end = at + size + remainingLength;
    if (end - at > this._maxPacketSize) fail(frame, 'packet-too-large', 1, '4.8.0-2');
    if (end > limit) return this._more(end - at);
    frame.start = at + size;
    frame.end = end;
    frame.headerSize = size;
    this._at = end;
    if (end === limit && this._laterAt < this._laterLimit) {
      this._take(this._later, this._laterAt, this._laterLimit);
    }
    return frame;
  }

  /** All that can be judged of a header whose first `size` bytes are there, and do not say how long the packet is. */
  private _unknownLength(size: number): Frame | undefined {
    checkHeader(this._frame, -1);
    return size > 4 ? fail(this._frame, 'malformed-length', 4) : this._more(size + 1);
  }

  /** Looks in what comes later for the rest of a packet of which `wanted` bytes must be there. */
  private _more(wanted: number): Frame | undefined {
    this._gather(wanted - this._limit + this._at);
    return this._limit - this._at < wanted ? undefined : this.next();
  }

  /** Begins to read a chunk: the one before has been read. */
  private _take(chunk: Uint8Array, start: number, end: number): void {
    this._bytes = chunk;
    this._at = start;
    this._limit = end;
    this._later = chunk; // of which nothing comes later: the one before is let go
    this._laterAt = this._laterLimit = 0;
    // What one large packet took is not kept for the small ones behind it.
    if (this._slab.length > LARGEST_SLAB) this._slab = new Uint8Array(0);
  }

  /**
   * Makes what is to be read now our own, with up to `count` bytes of what comes later behind it. Memory grows by halves of what has come, never to what
   * a header has announced: five bytes that promise 256 MiB take 128.
   */
  private _gather(count: number): void {
    const { _later: later, _laterAt: laterAt, _at: at, _limit: limit } = this;
    const end = Math.min(this._laterLimit, laterAt + count);
    requireMemory(later, end);
    const have = limit - at;
    const size = have + end - laterAt;
    let slab = this._slab;
    let to = limit;
    if (this._bytes !== slab || slab.length - at < size) {
      let start = this._slabAt;
      if (slab.length - start < size) {
        slab = new Uint8Array(Math.max(128, (size * 3) >> 1, Math.min(slab.length * 2, LARGEST_SLAB)));
        this._slab = slab;
        start = 0;
      }
      copy(this._bytes, at, limit, slab, start);
      this._bytes = slab;
      this._at = start;
      to = start + have;
    }
    copy(later, laterAt, end, slab, to);
    this._limit = this._slabAt = to + end - laterAt;
    this._laterAt = end;
  }
}

/** Copies `from[start .. end)`. A loop is faster for few bytes than the view that `set` would need: 21 ns on Node 20. */
function copy(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start > 64) to.set(new Uint8Array(from.buffer, from.byteOffset + start, end - start), at);
  else for (let i = start; i < end; i++) to[at + i - start] = from[i]!;
}
