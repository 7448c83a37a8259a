import type { DecodeError } from './error.ts';
import { copyPart, type Frame, fail, NO_BYTES, requireMemory } from './frame.ts';
import type { PacketType } from './packet-type.ts';
import { BODY_SIZES, checkFirstByte } from './wire/header.ts';
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
  private readonly _frame: { -readonly [Key in keyof Frame]: Frame[Key] };
  // To be read now: `_bytes[_at .. _limit)`.
  private _bytes: Uint8Array = NO_BYTES;
  private _at = 0;
  private _limit = 0;
  /** Whether `_bytes` is memory of our own: then there is room behind `_limit`. */
  private _isOwn = false;
  // To be read afterwards: a chunk, or the rest of one whose beginning completed the packet at `_at`.
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
   * Takes `chunk[start .. end)`, which is read where it lies: it must stay as it is until `next` has returned undefined. Frames
   * and payloads that were cut out of it are views of it for as long as they are kept. Throws a TypeError for what is no
   * Uint8Array, a RangeError for a part that does not lie in it.
   */
  push(chunk: Uint8Array, start: number = 0, end: number = requireBytes('chunk', chunk).length): void {
    requireWhole('end', end, 0, requireBytes('chunk', chunk).length);
    requireWhole('start', start, 0, end);
    if (this._error) return;
    if (this._laterAt < this._laterLimit) this._more(Infinity); // two chunks have not been read yet: they become one
    this._later = chunk;
    this._laterAt = start;
    this._laterLimit = end;
  }

  /**
   * The next whole packet, or undefined until it has all arrived. It is one object, filled anew by each call. Throws a
   * DecodeError, and the same one ever after, once this or a decoder has refused a packet: nothing behind it is given out.
   */
  next(): Frame | undefined {
    if (this._error) throw this._error;
    if (this._at === this._limit) this._more(Infinity);
    const { _bytes: bytes, _at: at, _limit: limit, _frame: frame } = this;
    if (at === limit) return undefined;
    requireMemory(bytes, limit);
    const first = bytes[at]!;
    const type = (first >> 4) as PacketType;
    frame.type = type;
    frame.flags = first & 15;
    if (frame.bytes !== bytes) frame.bytes = bytes; // to store a young chunk in an old object costs 3 ns
    frame.start = at; // so that an error is counted from here
    frame.headerSize = 0;
    checkFirstByte(frame);
    // Remaining Length: seven bits a byte, the low ones first; the top bit says that one more follows [2.2.3].
    let size = 1;
    let remainingLength = 0;
    let byte: number;
    do {
      if (size > 4) fail(frame, 'malformed-length', at + 4);
      if (at + size === limit) return this._more(size + 1);
      byte = bytes[at + size]!;
      remainingLength |= (byte & 127) << (7 * size - 7);
      size++;
    } while (byte > 127);
    const bodySize = BODY_SIZES[type] ?? remainingLength;
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
   * The packet of which `wanted` bytes must be there, with what comes later. If nothing is left to be read now, that is what comes
   * later. An unfinished packet is copied to memory of our own, and what comes later behind it, as far as it is wanted. That memory
   * grows with what has come, twice as much at most, never to what a header has announced: five bytes that promise 256 MiB take 128.
   */
  private _more(wanted: number): Frame | undefined {
    const { _bytes: bytes, _at: at, _limit: limit, _later: later, _laterAt: from, _laterLimit: laterLimit } = this;
    const have = limit - at;
    if (!have) {
      this._bytes = later;
      this._at = from;
      this._limit = this._laterAt = laterLimit;
      this._isOwn = false;
    } else {
      const to = Math.min(laterLimit, from + wanted - have);
      requireMemory(later, to);
      const size = have + to - from;
      if (!this._isOwn || at + size > bytes.length) {
        this._bytes = new Uint8Array(Math.max(128, Math.min(wanted, size * 2)));
        copyPart(bytes, at, limit, this._bytes, 0);
        this._at = 0;
        this._isOwn = true;
      }
      copyPart(later, from, to, this._bytes, this._at + have);
      this._limit = this._at + size;
      this._laterAt = to;
    }
    return this._limit - this._at < wanted ? undefined : this.next();
  }
}
