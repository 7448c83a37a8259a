import { type CodecErrorCode, DecodeError } from './error.ts';
import type { PacketType } from './packet-type.ts';
import { needs } from './wire/misuse.ts';

/**
 * One packet in a buffer: its body is `bytes[start .. end)`. The Framer, or `decode`, has checked its fixed header; the decoders check
 * the body. A program may also make a Frame itself, for a packet that was cut out elsewhere.
 */
export interface Frame {
  readonly type: PacketType;
  /** The low four bits of the first byte. */
  readonly flags: number;
  /** The chunk that was pushed, which belongs to whoever pushed it, or memory of the Framer. It is not a copy. */
  readonly bytes: Uint8Array;
  /** Offset of the body's first byte. */
  readonly start: number;
  /** Offset after the body's last byte. */
  readonly end: number;
  /** Bytes before the body: the first byte and the Remaining Length. If left out, it is taken for the shortest form. */
  readonly headerSize?: number | undefined;
  /** A decoder that refuses this packet calls this before it throws. The Framer then returns no later packet. */
  readonly refused?: ((error: DecodeError) => void) | undefined;
  /** The text that was read last. It is compared first, since many clients get the same topic again and again. @internal */
  readonly _known?: KnownText | undefined;
}

/** An ASCII text that every field accepts, and its first 128 bytes. A longer text never compares equal: its 129th byte is missing here. */
export interface KnownText {
  readonly _bytes: Uint8Array;
  _size: number;
  _text: string;
}

/**
 * Throws the DecodeError for the byte at `frame.bytes[at]`; without `at`, for the first byte of the packet. `statement` is without
 * `MQTT-`. Its default, 4.8.0-1, is for rules that the standard writes into a format and gives no number.
 */
export function fail(
  frame: Omit<Frame, 'flags' | 'bytes'>,
  code: CodecErrorCode,
  at?: number,
  statement: string = '4.8.0-1',
): never {
  const { type: packetType, start, end, headerSize = headerSizeOf(end - start), refused } = frame;
  const offset = (at ?? start - headerSize) - start + headerSize;
  const error = new DecodeError(code, ` at byte ${offset} of packet type ${packetType}`, statement, {
    offset,
    packetType,
  });
  refused?.(error);
  throw error;
}

/** Bytes of the shortest fixed header for a body of `remainingLength` bytes [2.2.3]. */
export function headerSizeOf(remainingLength: number): number {
  return remainingLength < 128 ? 2 : remainingLength < 16384 ? 3 : remainingLength < 2097152 ? 4 : 5;
}

/** An array without room. JavaScript drops what is written to it. */
export const NO_BYTES: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

/** A view of `bytes[start .. end)`: no copy. */
export function viewOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
}

/** Copies `from[start .. end)`. Up to 64 bytes a loop is faster than the view that `set` needs: to make one takes 21 ns (Node 20). */
export function copyPart(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start > 64) to.set(viewOf(from, start, end), at);
  else while (start < end) to[at++] = from[start++]!;
}

/**
 * Throws a RangeError unless the bytes are there. They may have been transferred or made smaller since they were pushed, and a Frame
 * that a program made may have none. That is not the peer's fault, so it is no DecodeError.
 */
export function requireMemory(bytes: Uint8Array | undefined, end: number): void {
  const size = bytes?.length;
  if (!(end <= size!)) needs('bytes', `length ${end}`, size, RangeError);
}
