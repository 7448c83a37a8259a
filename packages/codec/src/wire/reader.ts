import type { CodecErrorCode } from '../error.ts';
import { expectType, type Frame, fail, packetIdOf } from '../frame.ts';
import type { PacketType } from '../packet-type.ts';
import { partOf } from './part.ts';
import { readText as readTextOf } from './text.ts';
import type { TextRule } from './text-rule.ts';

// Reads the fields of one frame in order. One place is enough to remember where: decoding is synchronous. Functions rather than
// methods, because their names vanish when they are minified.

let frame: Frame;
let at = 0;

export function open(next: Frame, type: PacketType): void {
  expectType(next, type);
  frame = next;
  at = next.start;
}

export function atEnd(): boolean {
  return at === frame.end;
}

/** Throws for the byte `back` bytes before the field that comes next. */
export function refuseField(code: CodecErrorCode, back: number, statement?: string): never {
  fail(frame, code, at - back, statement);
}

export function readU8(statement?: string): number {
  return frame.bytes[take(1, at, statement)]!;
}

export function readU16(statement?: string): number {
  const start = take(2, at, statement);
  return (frame.bytes[start]! << 8) | frame.bytes[start + 1]!;
}

export function readPacketId(): number {
  const packetId = packetIdOf(frame, at);
  at += 2;
  return packetId;
}

/** `missing` is the statement that asks for the field, `illFormed` the one that asks for UTF-8 in it. */
export function readText(missing: string | undefined, illFormed: string, rule: TextRule): string {
  const start = takePrefixed(missing);
  return readTextOf(frame, start, at, illFormed, rule);
}

/** A view into the bytes that were received. */
export function readBinary(missing: string): Uint8Array {
  const start = takePrefixed(missing);
  return partOf(frame.bytes, start, at);
}

export function expectEnd(statement?: string): void {
  if (!atEnd()) refuseField('trailing-bytes', 0, statement);
}

function takePrefixed(missing: string | undefined): number {
  const field = at;
  return take(readU16(missing), field, missing);
}

/** The one gate: no read gets past the end of the body. */
function take(count: number, field: number, statement?: string): number {
  const start = at;
  if (frame.end - start < count) fail(frame, 'truncated', field, statement);
  at = start + count;
  return start;
}
