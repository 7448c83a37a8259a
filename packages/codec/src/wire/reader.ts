import type { CodecErrorCode } from '../error.ts';
import { type Frame, fail, failAt, requireMemory } from '../frame.ts';
import type { PacketType } from '../packet-type.ts';
import { readText, type TextRule } from './text.ts';

// Every read goes through one gate, `endOf`: none gets past the end of the body. What a server sends is
// read at its place; CONNECT, SUBSCRIBE and UNSUBSCRIBE by a Reader, field by field. A `statement`, without
// `MQTT-`, is the one that asks for the field: it is broken if the body ends before.

/** Throws if the frame is one of another type. Returns where its body begins. */
export function bodyOf(frame: Frame, type: PacketType): number {
  if (frame.type !== type) fail(frame, 'bad-packet-type', 0);
  requireMemory(frame.bytes, frame.end);
  return frame.start;
}

/** The gate. Returns `at + count` if so many bytes are there; if not, the field that begins at `field` is reported. */
function endOf(frame: Frame, at: number, count: number, field: number, statement: string | undefined): number {
  const end = at + count;
  if (end > frame.end) failAt(frame, 'truncated', field, statement);
  return end;
}

export function u8At(frame: Frame, at: number): number {
  endOf(frame, at, 1, at, undefined);
  return frame.bytes[at]!;
}

export function u16At(frame: Frame, at: number, statement?: string): number {
  endOf(frame, at, 2, at, statement);
  const { bytes } = frame;
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** Where the field ends whose length of two bytes is at `at`. */
export function prefixedEnd(frame: Frame, at: number, statement: string | undefined): number {
  return endOf(frame, at + 2, u16At(frame, at, statement), at, statement);
}

export function packetIdAt(frame: Frame, at: number): number {
  const packetId = u16At(frame, at, '2.3.1-1');
  if (!packetId) failAt(frame, 'bad-packet-id', at, '2.3.1-1');
  return packetId;
}

/** Throws if the body has more than `size` bytes. A Framer has judged that; this is for a Frame that was made by hand. */
export function expectSize(frame: Frame, size: number): void {
  const at = frame.start + size;
  if (frame.end > at) failAt(frame, 'trailing-bytes', at);
}

/** A view into the bytes that were received. */
export function viewOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
}

/** Functions and no methods, so that a device has only those that it calls, and none of their names. */
export interface Reader {
  readonly frame: Frame;
  /** Where the next field begins. */
  at: number;
}

export function open(frame: Frame, type: PacketType): Reader {
  return { frame, at: bodyOf(frame, type) };
}

export function isAtEnd({ frame, at }: Reader): boolean {
  return at === frame.end;
}

export function readU8(reader: Reader, statement?: string): number {
  const { frame, at } = reader;
  reader.at = endOf(frame, at, 1, at, statement);
  return frame.bytes[at]!;
}

export function readU16(reader: Reader, statement?: string): number {
  const { frame, at } = reader;
  reader.at = at + 2;
  return u16At(frame, at, statement);
}

export function readPacketId(reader: Reader): number {
  const { frame, at } = reader;
  reader.at = at + 2;
  return packetIdAt(frame, at);
}

/** `illFormed` is the statement that asks for UTF-8 in this field. */
export function readString(reader: Reader, statement: string | undefined, illFormed: string, rule: TextRule): string {
  const { frame, at } = reader;
  reader.at = prefixedEnd(frame, at, statement);
  return readText(frame, at + 2, reader.at, illFormed, rule);
}

/** A view into the bytes that were received. */
export function readBinary(reader: Reader, statement: string): Uint8Array {
  const { frame, at } = reader;
  reader.at = prefixedEnd(frame, at, statement);
  return viewOf(frame.bytes, at + 2, reader.at);
}

export function expectEnd(reader: Reader, statement?: string): void {
  if (!isAtEnd(reader)) refuseField(reader, 'trailing-bytes', 0, statement);
}

/** Throws for the byte `back` bytes before the field that comes next. */
export function refuseField({ frame, at }: Reader, code: CodecErrorCode, back: number, statement?: string): never {
  failAt(frame, code, at - back, statement);
}
