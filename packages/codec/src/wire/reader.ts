import { type Frame, fail, requireMemory, viewOf } from '../frame.ts';
import type { PacketType } from '../packet-type.ts';
import { readText, type TextRule } from './text.ts';

// Every read goes through one gate, `endOf`: none gets past the end of the body. What a server sends is
// read at its place; CONNECT, SUBSCRIBE and UNSUBSCRIBE by a Reader, field by field. A `statement`, without
// `MQTT-`, is the one that asks for the field: it is broken if the body ends before.

/** Throws if the frame is one of another type. Returns where its body begins. */
export function bodyOf(frame: Frame, type: PacketType): number {
  if (frame.type !== type) fail(frame, 'bad-packet-type');
  requireMemory(frame.bytes, frame.end);
  return frame.start;
}

/** The gate. Returns the `end` of a field that begins at `at`, if its bytes are there. */
function endOf(frame: Frame, at: number, end: number, statement: string | undefined): number {
  if (end > frame.end) fail(frame, 'truncated', at, statement);
  return end;
}

export function u16At(frame: Frame, at: number, statement?: string): number {
  endOf(frame, at, at + 2, statement);
  const { bytes } = frame;
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** Where the field ends whose length of two bytes is at `at`. */
export function prefixedEnd(frame: Frame, at: number, statement: string | undefined): number {
  return endOf(frame, at, at + 2 + u16At(frame, at, statement), statement);
}

export function packetIdAt(frame: Frame, at: number): number {
  const packetId = u16At(frame, at, '2.3.1-1');
  if (!packetId) fail(frame, 'bad-packet-id', at, '2.3.1-1');
  return packetId;
}

/** Throws for bytes behind the last field, which ends at `at`. */
export function expectEnd(frame: Frame, at: number, statement?: string): void {
  if (frame.end > at) fail(frame, 'trailing-bytes', at, statement);
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

/** What SUBSCRIBE and UNSUBSCRIBE begin with. At least an entry of their list must follow: `statement` asks for it. */
export function openList(frame: Frame, type: PacketType, statement: string): Reader & { readonly packetId: number } {
  const start = bodyOf(frame, type);
  const packetId = packetIdAt(frame, start);
  const at = start + 2;
  if (at === frame.end) fail(frame, 'empty-payload', at, statement);
  return { frame, at, packetId };
}

export function readU8(reader: Reader, statement?: string): number {
  const { frame, at } = reader;
  reader.at = endOf(frame, at, at + 1, statement);
  return frame.bytes[at]!;
}

export function readU16(reader: Reader, statement?: string): number {
  const { frame, at } = reader;
  reader.at = at + 2;
  return u16At(frame, at, statement);
}

/** `illFormed` is the statement that asks for UTF-8 in this field. */
export function readString(reader: Reader, statement: string | undefined, illFormed: string, rule: TextRule): string {
  const start = readPrefix(reader, statement);
  return readText(reader.frame, start, reader.at, illFormed, rule);
}

/** A view into the bytes that were received. */
export function readBinary(reader: Reader, statement: string): Uint8Array {
  const start = readPrefix(reader, statement);
  return viewOf(reader.frame.bytes, start, reader.at);
}

/** Returns where the content of a field begins, behind its length; the next field begins where it ends. */
function readPrefix(reader: Reader, statement: string | undefined): number {
  const { frame, at } = reader;
  reader.at = prefixedEnd(frame, at, statement);
  return at + 2;
}
