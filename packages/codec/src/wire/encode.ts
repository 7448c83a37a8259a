import { EncodeError } from '../error.ts';
import { headerSizeOf } from '../frame.ts';
import { needs, refuse, requireBytes, requirePacketId, shown } from './misuse.ts';
import { type TextRule, textSize } from './text.ts';
import { writeUtf8 } from './utf8.ts';

// An encoder works in two steps. The first reads each field of the caller once, checks it and adds up the size: only this step can
// throw. The second step writes, and cannot fail. So no byte of the target changes for a packet that is refused.

/** Returns `bit` if `value` is true, 0 if it is false or left out. Throws a TypeError for any other value. */
export function flag(field: string, value: boolean | undefined, bit: number): number {
  // Only a boolean is equal to itself as a boolean.
  if (value !== undefined && value !== !!value) needs(field, 'a boolean', value);
  return value ? bit : 0;
}

/** Bytes of a packet whose body has `remainingLength` bytes. Throws if that is more than a Remaining Length can state. */
export function packetSizeOf(remainingLength: number): number {
  if (remainingLength > 268435455) refuse('packet-too-large', `${remainingLength} bytes`);
  return headerSizeOf(remainingLength) + remainingLength;
}

/** Throws unless a packet of `size` bytes can be written at `target[at]`. Returns where it will end. */
export function roomFor(size: number, target: Uint8Array, at: number): number {
  requireBytes('target', target);
  const end = at + size;
  // `>>>` also refuses what is no whole number from 0 on.
  if (at >>> 0 !== at || target.length < end) {
    const detail = `: ${size} bytes needed at ${shown(at)}`;
    throw new EncodeError('no-room', detail, undefined, { needed: size });
  }
  return end;
}

/** Writes the first byte and the Remaining Length in its shortest form [2.2.3]. Returns the end. */
export function writeHeader(first: number, remainingLength: number, target: Uint8Array, at: number): number {
  target[at++] = first;
  while (remainingLength > 127) {
    target[at++] = remainingLength | 128;
    remainingLength >>= 7;
  }
  target[at++] = remainingLength;
  return at;
}

/** Writes two bytes, the high one first [1.5.2]. Returns the end. */
export function writeU16(value: number, target: Uint8Array, at: number): number {
  target[at++] = value >> 8;
  target[at++] = value;
  return at;
}

/** Writes a text after its length. The length is written last, since it is known only then. Returns the end. */
export function writeText(text: string, target: Uint8Array, at: number): number {
  const end = writeUtf8(text, target, at + 2);
  writeU16(end - at - 2, target, at);
  return end;
}

/**
 * The checked fields of a packet, in the order of the standard, and the bytes that they take. A number is one byte; text and bytes are
 * written after their length.
 */
export interface Body {
  _fields: (number | string | Uint8Array)[];
  _size: number;
}

/** Adds one byte. Only the low eight bits of the value are written. */
export function addU8(body: Body, value: number): void {
  body._fields.push(value);
  body._size++;
}

/** Adds a text with its length. Throws if the rule does not allow it. */
export function addText(body: Body, field: string, value: string, rule?: TextRule): void {
  body._size += 2 + textSize(field, value, rule);
  body._fields.push(value);
}

/** Adds up to 65,535 bytes with their length. */
export function addBinary(body: Body, field: string, value: Uint8Array): void {
  const { length } = requireBytes(field, value);
  if (length > 65535) refuse('bad-string', field);
  body._size += 2 + length;
  body._fields.push(value);
}

/** The body of SUBSCRIBE, SUBACK and UNSUBSCRIBE: a Packet Identifier, and a list with at least one entry, for which `statement` asks. */
export function listBody<Item>(
  packetId: number,
  field: string,
  list: readonly Item[],
  statement: string,
  add: (body: Body, item: Item) => void,
): Body {
  const body: Body = { _fields: [requirePacketId(packetId) >> 8, packetId], _size: 2 };
  if (!Array.isArray(list)) needs(field, 'an array', list);
  if (!list.length) refuse('empty-payload', field, statement);
  for (const item of list as readonly Item[]) add(body, item);
  return body;
}

/** Makes the encoder of a packet type, from its first byte: it returns the packet in a new array. */
export function encoder<Fields>(first: number, bodyOf: (packet: Fields) => Body): (packet: Fields) => Uint8Array {
  return (packet) => {
    const body = bodyOf(packet);
    const bytes = new Uint8Array(packetSizeOf(body._size));
    write(first, body, bytes, 0);
    return bytes;
  };
}

/** Makes the encoder into a target: it writes the packet at `target[at]` and returns where it ends. */
export function encoderInto<Fields>(
  first: number,
  bodyOf: (packet: Fields) => Body,
): (packet: Fields, target: Uint8Array, at: number) => number {
  return (packet, target, at) => {
    const body = bodyOf(packet);
    roomFor(packetSizeOf(body._size), target, at);
    // A field may lie in the memory of the target, where writing would overwrite it. So it is copied first.
    body._fields.forEach((field, i, fields) => {
      if (typeof field === 'object' && field.buffer === target.buffer) fields[i] = new Uint8Array(field);
    });
    return write(first, body, target, at);
  };
}

/** Writes the packet. It cannot fail, since everything is checked and there is room. Returns the end. */
function write(first: number, { _fields: fields, _size: size }: Body, target: Uint8Array, at: number): number {
  at = writeHeader(first, size, target, at);
  for (const field of fields) {
    if (typeof field === 'number') target[at++] = field;
    else if (typeof field === 'string') at = writeText(field, target, at);
    else {
      at = writeU16(field.length, target, at);
      copy(field, target, at);
      at += field.length;
    }
  }
  return at;
}

/** Copies all of `from` to `to[at]`; they may overlap. Throws a TypeError if the memory of `from` was transferred. */
export function copy(from: Uint8Array, to: Uint8Array, at: number): void {
  // Rhino throws for an offset at the very end, even if nothing is copied.
  to.set(from, from.length ? at : 0);
}
