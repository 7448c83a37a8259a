import { EncodeError } from '../error.ts';
import { headerSizeOf } from '../frame.ts';
import { needs, refuse, requireBytes, requirePacketId, shown } from './misuse.ts';
import { type TextRule, textSize } from './text.ts';
import { writeUtf8 } from './utf8.ts';

// An encoder works in two steps. The first reads each field of the caller's once, checks it and adds up the size: here it may
// throw. The second writes, and cannot fail: not a byte of the caller's memory is touched for a packet that must not exist.

/** `bit` if `value` is true, 0 if it is false or left out. */
export function flag(field: string, value: boolean | undefined, bit: number): number {
  // A boolean, and nothing else, is what it is as a boolean.
  if (value !== undefined && value !== !!value) needs(field, 'a boolean', value);
  return value ? bit : 0;
}

/** Bytes of a packet with a body of so many. */
export function packetSizeOf(remainingLength: number): number {
  if (remainingLength > 268435455) refuse('packet-too-large', `${remainingLength} bytes`);
  return headerSizeOf(remainingLength) + remainingLength;
}

/** Throws unless a packet of `size` bytes can be written at `target[at]`. Returns where it will end. */
export function roomFor(size: number, target: Uint8Array, at: number): number {
  requireBytes('target', target);
  const end = at + size;
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

/** Two bytes, the high one first [1.5.2]. Returns the end. */
export function writeU16(value: number, target: Uint8Array, at: number): number {
  target[at++] = value >> 8;
  target[at++] = value;
  return at;
}

/** A text behind its length, which is known when it has been written. Returns the end. */
export function writeText(text: string, target: Uint8Array, at: number): number {
  const end = writeUtf8(text, target, at + 2);
  writeU16(end - at - 2, target, at);
  return end;
}

/**
 * The checked fields of a packet in the order of the standard, and how many bytes they take. A number is one of them; text and
 * bytes are written behind their length.
 */
export interface Body {
  _fields: (number | string | Uint8Array)[];
  _size: number;
}

/** One byte; an array of bytes drops what is above the low eight bits. */
export function addU8(body: Body, value: number): void {
  body._fields.push(value);
  body._size++;
}

/** A text behind its length. Throws if it may not stand in a field of this rule. */
export function addText(body: Body, field: string, value: string, rule?: TextRule): void {
  body._size += 2 + textSize(field, value, rule);
  body._fields.push(value);
}

/** Up to 65,535 bytes behind their length. */
export function addBinary(body: Body, field: string, value: Uint8Array): void {
  const { length } = requireBytes(field, value);
  if (length > 65535) refuse('bad-string', field);
  body._size += 2 + length;
  body._fields.push(value);
}

/** What SUBSCRIBE, SUBACK and UNSUBSCRIBE have in common: a Packet Identifier and a list, with an entry at least. */
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

/** Makes the encoder of a packet type from its first byte: the whole packet as an array of its own. */
export function encoder<Fields>(first: number, bodyOf: (packet: Fields) => Body): (packet: Fields) => Uint8Array {
  return (packet) => {
    const body = bodyOf(packet);
    const bytes = new Uint8Array(packetSizeOf(body._size));
    write(first, body, bytes, 0);
    return bytes;
  };
}

/** The same, for the whole packet at `target[at]`; it returns where the packet ends. */
export function encoderInto<Fields>(
  first: number,
  bodyOf: (packet: Fields) => Body,
): (packet: Fields, target: Uint8Array, at: number) => number {
  return (packet, target, at) => {
    const body = bodyOf(packet);
    roomFor(packetSizeOf(body._size), target, at);
    // What lies in the memory of the target is copied before anything is written there.
    body._fields.forEach((field, i, fields) => {
      if (typeof field === 'object' && field.buffer === target.buffer) fields[i] = new Uint8Array(field);
    });
    return write(first, body, target, at);
  };
}

/** All has been checked and there is room: this cannot fail. Returns the end. */
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
  // Rhino refuses an offset at the very end, even for nothing.
  to.set(from, from.length ? at : 0);
}
