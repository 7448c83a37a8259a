import { type CodecErrorCode, DecodeError } from './error.ts';
import type { PacketType } from './packet-type.ts';

/**
 * One packet as it lies in a buffer: its body is `bytes[start .. end)`. Its fixed header has been judged by the Framer or by
 * `decode`; the decoders judge the body.
 */
export interface Frame {
  readonly type: PacketType;
  /** The low four bits of the first byte. */
  readonly flags: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Bytes in front of the body: the first byte and the Remaining Length. Left out, the shortest form is meant. */
  readonly headerSize?: number;
  /** What a decoder found wrong with this packet. The Framer that gave the frame out looks here and stops. */
  error?: DecodeError | undefined;
}

/** For what the standard forbids by a format and not by a numbered statement: it closes the connection all the same. */
const UNNUMBERED = '4.8.0-1';

/** Throws the DecodeError for the byte at `at`, and leaves it on the frame for its Framer. `statement` has no `MQTT-`. */
export function fail(frame: Frame, code: CodecErrorCode, at: number, statement: string = UNNUMBERED): never {
  const { type, start, end, headerSize = headerSizeOf(end - start) } = frame;
  const offset = at - start + headerSize;
  const detail = ` at byte ${offset} of packet type ${type}`;
  frame.error = new DecodeError(code, detail, statement, { offset, packetType: type });
  throw frame.error;
}

export function expectType(frame: Frame, type: PacketType): void {
  if (frame.type !== type) fail(frame, 'bad-packet-type', frame.start);
}

/** The Packet Identifier at `at`. */
export function packetIdOf(frame: Frame, at: number): number {
  const { bytes, end } = frame;
  if (end - at < 2) fail(frame, 'truncated', at, '2.3.1-1');
  const packetId = (bytes[at]! << 8) | bytes[at + 1]!;
  if (!packetId) fail(frame, 'bad-packet-id', at, '2.3.1-1');
  return packetId;
}

/** Bytes of the shortest fixed header for a body of `remainingLength` bytes [2.2.3]. */
export function headerSizeOf(remainingLength: number): number {
  return remainingLength < 128 ? 2 : remainingLength < 16384 ? 3 : remainingLength < 2097152 ? 4 : 5;
}
