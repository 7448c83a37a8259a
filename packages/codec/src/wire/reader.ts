import { type Frame, fail, requireMemory } from '../frame.ts';
import type { PacketType } from '../packet-type.ts';
import { needs } from './misuse.ts';

// Every read goes through one function, `endOf`, so none can go past the end of the body. `statement` (without `MQTT-`) is the one
// that asks for the field; it is broken if the body ends too early.

/** Throws a TypeError if it is no Frame, a DecodeError if it is one of another type. */
export function refuseFrame(frame: Frame): never {
  if (!frame?.bytes) needs('frame', 'a Frame', frame);
  return fail(frame, 'bad-packet-type');
}

/** Returns where the body of a frame begins. Throws if the frame is of another type, or if its bytes are gone. */
export function bodyOf(frame: Frame, type: PacketType): number {
  // The type is compared here: in a function that also knows what to say it takes 10 ns more, since V8 does not inline that (Node 20).
  if (frame?.type !== type) refuseFrame(frame);
  requireMemory(frame.bytes, frame.end);
  return frame.start;
}

/** Returns the `end` of a field that begins at `at`. Throws `truncated` if the body ends before. */
function endOf(frame: Frame, at: number, end: number, statement: string | undefined): number {
  if (end > frame.end) fail(frame, 'truncated', at, statement);
  return end;
}

/** The byte at `at`. */
export function u8At(frame: Frame, at: number, statement?: string): number {
  endOf(frame, at, at + 1, statement);
  return frame.bytes[at]!;
}

/** The number in two bytes, the high one first [1.5.2]. */
export function u16At(frame: Frame, at: number, statement?: string): number {
  endOf(frame, at, at + 2, statement);
  const { bytes } = frame;
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** The end of a field whose length is in the two bytes at `at`. */
export function prefixedEnd(frame: Frame, at: number, statement?: string): number {
  return endOf(frame, at, at + 2 + u16At(frame, at, statement), statement);
}

/** The Packet Identifier at `at`. Throws if it is 0 or cut short [MQTT-2.3.1-1]. */
export function packetIdAt(frame: Frame, at: number): number {
  const packetId = u16At(frame, at, '2.3.1-1');
  if (!packetId) fail(frame, 'bad-packet-id', at, '2.3.1-1');
  return packetId;
}

/** Throws `trailing-bytes` if there are bytes after the last field, which ends at `at`. */
export function expectEnd(frame: Frame, at: number, statement?: string): void {
  if (frame.end > at) fail(frame, 'trailing-bytes', at, statement);
}

/**
 * Makes the decoder of SUBSCRIBE, SUBACK or UNSUBSCRIBE: a Packet Identifier and a list. `statement` is the one that asks for at least
 * one entry. `read` adds the entry at `at` to the list, and returns where the next one begins.
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
