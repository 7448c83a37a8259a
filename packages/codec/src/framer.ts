import type { DecodeError } from './error.ts';
import { copyPart, type Frame, fail, NO_BYTES, requireMemory } from './frame.ts';
import { type PacketType, PINGREQ } from './packet-type.ts';
import { allows, FIXED_SIZE, refuseFirstByte } from './wire/header.ts';
import { requireBytes, requireWhole } from './wire/misuse.ts';

/** Limits of a Framer. */
export interface FramerOptions {
  /**
   * Most bytes of a packet, fixed header included. A larger one is refused as soon as its header is there. A whole number from 1 to
   * 268,435,455, or 268,435,460, the size of the largest possible packet; any other value is a RangeError. Default 262,144.
   */
  readonly maxPacketSize?: number | undefined;
}

/** Bytes of the largest possible packet: five of header, and 268,435,455, which is the largest Remaining Length. */
export const LARGEST_PACKET = 268435460;

// The iterator is not declared as a field of the class: the compiled code would then read Symbol.iterator on engines without Symbol.
export interface Framer {
  /** Returns what `next` returns, packet by packet, up to the first unfinished one. Missing on an engine without Symbol. */
  [Symbol.iterator]: () => IterableIterator<Frame>;
}

/**
 * Cuts a stream of bytes into packets, in linear time for every size of chunks. A packet that lies in one chunk is not copied. Other
 * packets are collected in memory of the Framer. It grows with the bytes that have arrived, not with the length that they announce. Each
 * byte of it is written once, so frames and payloads in it stay as they are.
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
  /** The Frame that `next` returns: one object, with new values for each packet. */
  private readonly _frame: { -readonly [Key in keyof Frame]: Frame[Key] };
  // The bytes to read now: `_bytes[_at .. _limit)`.
  private _bytes: Uint8Array = NO_BYTES;
  private _at = 0;
  private _limit = 0;
  /** The length of `_bytes` if it is memory of the Framer, otherwise 0. Between `_limit` and this there is room for more. */
  private _room = 0;
  // The bytes to read after those: a chunk, or the rest of one whose beginning has completed the packet at `_at`.
  private _later: Uint8Array = NO_BYTES;
  private _laterAt = 0;
  private _laterLimit = 0;

  constructor(options?: FramerOptions) {
    const { maxPacketSize = 262144 } = options ?? {};
    if (maxPacketSize !== LARGEST_PACKET) requireWhole('maxPacketSize', maxPacketSize, 1, 268435455);
    this._maxPacketSize = maxPacketSize;
    this._frame = {
      type: 1,
      flags: 0,
      bytes: NO_BYTES,
      start: 0,
      end: 0,
      headerSize: 0,
      _known: { _bytes: new Uint8Array(128), _size: -1, _text: '' },
      refused: (error) => {
        this._error = error;
      },
    };
    if (typeof Symbol !== 'undefined') {
      const packets: Partial<IterableIterator<Frame>> = {
        next: () => {
          const value = this.next();
          return { done: !value, value } as IteratorResult<Frame>;
        },
      };
      this[Symbol.iterator] = packets[Symbol.iterator] = () => packets as IterableIterator<Frame>;
    }
  }

  /**
   * Adds `chunk[start .. end)`. It is not copied, so it must not change until `next` has returned undefined. Frames and payloads in it
   * are views of it, as long as you keep them. Throws a TypeError if it is no Uint8Array, a RangeError if start or end are not in it.
   */
  push(chunk: Uint8Array, start: number = 0, end?: number): void {
    const { length } = requireBytes('chunk', chunk);
    if (end === undefined) end = length;
    requireWhole('end', end, 0, length);
    requireWhole('start', start, 0, end);
    if (this._error) return;
    if (this._laterAt < this._laterLimit) this._more(Infinity); // there is room for two unread chunks: they are joined first
    this._later = chunk;
    this._laterAt = start;
    this._laterLimit = end;
  }

  /**
   * The next whole packet, or undefined if not all of it has arrived. Each call returns the same object with new values. Throws a
   * DecodeError for a malformed header. After that, or when a decoder has refused a packet, every call throws that same error.
   */
  next(): Frame | undefined {
    if (this._error) throw this._error;
    const { _bytes: bytes, _at: at, _limit: limit, _frame: frame } = this;
    if (at === limit) return this._more(1);
    if (bytes.length < limit) requireMemory(bytes, limit);
    const first = bytes[at]!;
    const type = (first >> 4) as PacketType;
    frame.type = type;
    const flags = first & 15;
    frame.flags = flags;
    if (frame.bytes !== bytes) frame.bytes = bytes; // storing a young object in an old one costs 3 ns, so an equal one is not stored
    frame.start = at; // offsets in errors count from here
    frame.headerSize = 0;
    if (!allows(type, flags)) refuseFirstByte(frame);
    // Remaining Length: each byte has seven bits, the low ones first. Its top bit says that another byte follows [2.2.3].
    let size = 1;
    let remainingLength = 0;
    let byte: number;
    do {
      if (at + size === limit) return this._more(size + 1);
      byte = bytes[at + size]!;
      remainingLength |= (byte & 127) << (7 * size - 7);
      size++;
    } while (byte > 127 && size < 5);
    if (byte > 127) fail(frame, 'malformed-length', at + 4);
    const bodySize = (FIXED_SIZE >> type) & 1 ? (type < PINGREQ ? 2 : 0) : remainingLength;
    if (remainingLength !== bodySize) fail(frame, remainingLength > bodySize ? 'trailing-bytes' : 'truncated', at + 1);
    const end = at + size + remainingLength;
    if (end - at > this._maxPacketSize) fail(frame, 'packet-too-large', at + 1, '4.8.0-2');
    if (end > limit) return this._more(end - at);
    frame.start = at + size;
    frame.end = end;
    frame.headerSize = size;
    this._at = end;
    return frame;
  }

  /**
   * Goes on with the bytes of `_later`, and returns the packet if `wanted` bytes are then there. If nothing is left to read now, `_later`
   * takes its place. Otherwise the unfinished packet is copied to memory of the Framer, with as many later bytes as it wants. That
   * memory is at most twice what has arrived, and not what a header announces: after five bytes that promise 256 MiB it has 128 bytes.
   */
  private _more(wanted: number): Frame | undefined {
    const { _bytes: bytes, _at: at, _limit: limit, _later: later, _laterAt: from, _laterLimit: laterLimit } = this;
    const have = limit - at;
    if (!have) {
      this._bytes = later;
      this._at = from;
      this._limit = this._laterAt = laterLimit;
      this._room = 0;
    } else {
      const to = Math.min(laterLimit, from + wanted - have);
      requireMemory(later, to);
      const size = have + to - from;
      if (at + size > this._room) {
        this._room = Math.max(128, Math.min(wanted, size * 2));
        this._bytes = new Uint8Array(this._room);
        copyPart(bytes, at, limit, this._bytes, 0);
        this._at = 0;
      }
      copyPart(later, from, to, this._bytes, this._at + have);
      this._limit = this._at + size;
      this._laterAt = to;
    }
    return this._limit - this._at < wanted ? undefined : this.next();
  }
}
