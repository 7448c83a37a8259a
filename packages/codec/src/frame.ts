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
}

/** For what the standard forbids by a format and not by a numbered statement: it closes the connection all the same. */
const UNNUMBERED = '4.8.0-1';

/** Throws the DecodeError for the byte at `offset`, counted from the first of the packet. `statement` has no `MQTT-`. */
export function fail(frame: Frame, code: CodecErrorCode, offset: number, statement: string = UNNUMBERED): never {
  const { type, refused } = frame;
  const error = new DecodeError(code, ` at byte ${offset} of packet type ${type}`, statement, {
    offset,
    packetType: type,
  });
  if (refused) refused(error);
  throw error;
}

/** The same for the byte that lies at `at` in `frame.bytes`. */
export function failAt(frame: Frame, code: CodecErrorCode, at: number, statement?: string): never {
  const { start, end, headerSize = headerSizeOf(end - start) } = frame;
  return fail(frame, code, at - start + headerSize, statement);
}

/** Bytes of the shortest fixed header for a body of `remainingLength` bytes [2.2.3]. */
export function headerSizeOf(remainingLength: number): number {
  return remainingLength < 128 ? 2 : remainingLength < 16384 ? 3 : remainingLength < 2097152 ? 4 : 5;
}

/** A buffer may have been transferred or made smaller since it was pushed: not the peer's fault, so no DecodeError. */
export function requireMemory(bytes: Uint8Array, end: number): void {
  if (end > bytes.length) throw new RangeError(`bytes: ${end} are needed, not ${bytes.length}`);
}
