import { type CodecErrorCode, DecodeError } from './error.ts';
import type { PacketType } from './packet-type.ts';

/**
 * One packet as it lies in a buffer: its body is `bytes[start .. end)`. Its fixed header has been judged by the Framer or by
 * `decode`; the decoders judge the body. A Frame may also be made by hand, to decode a packet that was cut out elsewhere.
 */
export interface Frame {
  readonly type: PacketType;
  /** The low four bits of the first byte. */
  readonly flags: number;
  /** The chunk that was pushed, or memory of the Framer's. Not a copy: it belongs to whoever pushed it. */
  readonly bytes: Uint8Array;
  /** The first byte of the body. */
  readonly start: number;
  /** The byte behind the body. */
  readonly end: number;
  /** Bytes in front of the body: the first byte and the Remaining Length. Left out, the shortest form is meant. */
  readonly headerSize?: number | undefined;
  /** Called by a decoder that refuses this packet, before it throws: the Framer then gives out nothing behind it. */
  readonly refused?: ((error: DecodeError) => void) | undefined;
  /** The text that was read last: a client hears of the same topic again and again. @internal */
  readonly _known?: KnownText | undefined;
}

/** A text of ASCII that any field may hold, and its bytes. Of one that is longer than 128, no byte behind them is found equal. */
export interface KnownText {
  readonly _bytes: Uint8Array;
  _size: number;
  _text: string;
}

/**
 * Throws the DecodeError for the byte that lies at `at` in `frame.bytes`; left out, for the first byte of the packet. `statement` has
 * no `MQTT-`; left out, it is the one that closes the connection, for what is forbidden by a format and not by a numbered statement.
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

/** Has room for nothing: what is written there is dropped. */
export const NO_BYTES: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

/** A view into the bytes that were received. */
export function viewOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
}

/** Copies `from[start .. end)`. A loop is faster for few bytes than the view that `set` would need: 21 ns on Node 20. */
export function copyPart(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start > 64) to.set(viewOf(from, start, end), at);
  else while (start < end) to[at++] = from[start++]!;
}

/**
 * Bytes may have been transferred or made smaller since they were pushed, and a Frame made by hand may have none: that is not the
 * peer's fault, so no DecodeError.
 */
export function requireMemory(bytes: Uint8Array | undefined, end: number): void {
  const size = bytes?.length;
  if (!(end <= size!)) throw RangeError(`bytes: ${end} are needed, not ${size}`);
}
