import { type Frame, fail, requireMemory } from '../frame.ts';
import type { PacketType } from '../packet-type.ts';
import { needs } from './misuse.ts';

// Every read goes through one gate, `endOf`: none gets past the end of the body. A `statement`, without `MQTT-`, is the one that
// asks for the field: it is broken if the body ends before.

/** Throws for what is no Frame, or one of another type. */
export function expectType(frame: Frame, type: PacketType): void {
  if (frame?.type === type) return;
  if (!frame?.bytes) needs('frame', 'a Frame', frame);
  fail(frame, 'bad-packet-type');
}

/** Returns where the body begins of a frame of this type. */
export function bodyOf(frame: Frame, type: PacketType): number {
  expectType(frame, type);
  requireMemory(frame.bytes, frame.end);
  return frame.start;
}

/** The gate. Returns the `end` of a field that begins at `at`, if its bytes are there. */
function endOf(frame: Frame, at: number, end: number, statement: string | undefined): number {
  if (end > frame.end) fail(frame, 'truncated', at, statement);
  return end;
}

/** The byte at `at`. */
export function u8At(frame: Frame, at: number, statement?: string): number {
  endOf(frame, at, at + 1, statement);
  return frame.bytes[at]!;
}

/** Two bytes, the high one first [1.5.2]. */
export function u16At(frame: Frame, at: number, statement?: string): number {
  endOf(frame, at, at + 2, statement);
  const { bytes } = frame;
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** Where the field ends whose length of two bytes is at `at`. */
export function prefixedEnd(frame: Frame, at: number, statement?: string): number {
  return endOf(frame, at, at + 2 + u16At(frame, at, statement), statement);
}

/** 0 is no Packet Identifier, and so is one that is cut short [MQTT-2.3.1-1]. */
export function packetIdAt(frame: Frame, at: number): number {
  const packetId = u16At(frame, at, '2.3.1-1');
  if (!packetId) fail(frame, 'bad-packet-id', at, '2.3.1-1');
  return packetId;
}

/** Throws for bytes behind the last field, which ends at `at`. */
export function expectEnd(frame: Frame, at: number, statement?: string): void {
  if (frame.end > at) fail(frame, 'trailing-bytes', at, statement);
}

/**
 * Makes the decoder of SUBSCRIBE, SUBACK or UNSUBSCRIBE: a Packet Identifier and a list, with an entry at least, for which `statement`
 * asks. `read` puts the entry at `at` into the list, and returns where the next one begins.
 */
export function listDecoder<Type extends PacketType, Field extends string, Item>(
  type: Type,
  field: Field,
  statement: string,
  read: (frame: Frame, at: number, list: Item[]) => number,
): (frame: Frame) => { readonly type: Type; readonly packetId: number } & Readonly<Record<Field, readonly Item[]>> {
  return (frame) => {
    const start = bodyOf(frame, type);
    const packetId = packetIdAt(frame, start);
    const list: Item[] = [];
    let at = start + 2;
    if (at === frame.end) fail(frame, 'empty-payload', at, statement);
    while (at < frame.end) at = read(frame, at, list);
    return { type, packetId, [field]: list } as never;
  };
}
