import type { CodecErrorCode } from '../error.ts';
import { type Frame, fail, failAt, requireMemory } from '../frame.ts';
import type { PacketType } from '../packet-type.ts';
import { readText, type TextRule } from './text.ts';

/**
 * Reads the fields of one packet in the order of the standard. Every read goes through one gate: none gets past the end of the
 * body. These are functions and no methods, so that a device has only those that it calls, and none of their names.
 */
export interface Reader {
  readonly frame: Frame;
  /** Where the next field begins. */
  at: number;
}

export function open(frame: Frame, type: PacketType): Reader {
  if (frame.type !== type) fail(frame, 'bad-packet-type', 0);
  requireMemory(frame.bytes, frame.end);
  return { frame, at: frame.start };
}

export function isAtEnd({ frame, at }: Reader): boolean {
  return at === frame.end;
}

/** `statement`, without `MQTT-`, is the one that asks for the field: it is broken if the body ends before. */
export function readU8(reader: Reader, statement?: string): number {
  return reader.frame.bytes[take(reader, 1, reader.at, statement)]!;
}

export function readU16(reader: Reader, statement?: string): number {
  const at = take(reader, 2, reader.at, statement);
  const { bytes } = reader.frame;
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

export function readPacketId(reader: Reader): number {
  const packetId = readU16(reader, '2.3.1-1');
  if (!packetId) refuseField(reader, 'bad-packet-id', 2, '2.3.1-1');
  return packetId;
}

/** `illFormed` is the statement that asks for UTF-8 in this field. */
export function readString(reader: Reader, statement: string | undefined, illFormed: string, rule: TextRule): string {
  const start = skipPrefixed(reader, statement);
  return readText(reader.frame, start, reader.at, illFormed, rule);
}

/** A view into the bytes that were received. */
export function readBinary(reader: Reader, statement: string): Uint8Array {
  return viewOf(reader.frame.bytes, skipPrefixed(reader, statement), reader.at);
}

/** Steps over a field behind its length of two bytes. Returns where the field begins. */
export function skipPrefixed(reader: Reader, statement: string | undefined): number {
  const field = reader.at;
  return take(reader, readU16(reader, statement), field, statement);
}

export function expectEnd(reader: Reader, statement?: string): void {
  if (!isAtEnd(reader)) refuseField(reader, 'trailing-bytes', 0, statement);
}

/** Throws for the byte `back` bytes before the field that comes next. */
export function refuseField({ frame, at }: Reader, code: CodecErrorCode, back: number, statement?: string): never {
  failAt(frame, code, at - back, statement);
}

export function viewOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
}

/** The gate. Returns where the bytes begin that were asked for; if they are not there, the field at `field` is reported. */
function take(reader: Reader, count: number, field: number, statement: string | undefined): number {
  const start = reader.at;
  const { frame } = reader;
  if (frame.end - start < count) failAt(frame, 'truncated', field, statement);
  reader.at = start + count;
  return start;
}
