import { type CodecErrorCode, EncodeError } from '../error.ts';
import { headerSizeOf } from '../frame.ts';
import type { QoS } from '../packet-type.ts';
import { needs, refuse, requireBytes, shown } from './misuse.ts';
import { type TextRule, textSize, writeText } from './text.ts';

// An encoder works in two steps. The first reads each field of the caller's once, checks it and adds up the size: here it may
// throw. The second writes, and cannot fail: not a byte of the caller's memory is touched for a packet that must not exist.

/** `bit` if `value` is true, 0 if it is false or left out. */
export function flag(field: string, value: boolean | undefined, bit: number): number {
  if (value !== undefined && typeof value !== 'boolean') needs(field, 'a boolean', value);
  return value ? bit : 0;
}

/** A whole number from `least` to 65,535, for a field of two bytes. */
export function requireU16(
  code: CodecErrorCode,
  field: string,
  value: number | undefined,
  least: number,
  statement?: string,
): number {
  if (typeof value !== 'number' || (value & 0xffff) !== value || value < least) {
    refuse(code, `${field} ${shown(value)}`, statement);
  }
  return value;
}

/** 0 is no Packet Identifier [MQTT-2.3.1-1]. Returns it. */
export function requirePacketId(packetId: number | undefined): number {
  return requireU16('bad-packet-id', 'packetId', packetId, 1, '2.3.1-1');
}

/** 3 would be both bits set, which is forbidden everywhere; `statement` is the one that forbids it here. */
export function requireQos(field: string, qos: QoS, statement: string): QoS {
  if (qos !== 0 && qos !== 1 && qos !== 2) refuse('bad-qos', `${field} ${shown(qos)}`, statement);
  return qos;
}

/** The list of a SUBSCRIBE, SUBACK or UNSUBSCRIBE: one entry at least. */
export function requireList<Item>(field: string, list: readonly Item[], statement: string): readonly Item[] {
  if (!Array.isArray(list)) needs(field, 'an array', list);
  if (!list.length) refuse('empty-payload', field, statement);
  return list;
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
    throw new EncodeError('no-room', `: ${size} bytes needed`, undefined, { needed: size });
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

/** One byte; or a text, or bytes, behind their length of two bytes. */
type Field = number | string | Uint8Array;

/** The checked fields of a packet in the order of the standard, and how many bytes they take. */
export interface Body {
  readonly fields: Field[];
  size: number;
}

/** One byte. */
export function addU8(body: Body, value: number): void {
  body.fields.push(value);
  body.size++;
}

/** Two bytes, the high one first [1.5.2]. */
export function addU16(body: Body, value: number): void {
  addU8(body, value >> 8);
  addU8(body, value & 255);
}

/** A text behind its length. Throws if it may not stand in a field of this rule. */
export function addText(body: Body, field: string, value: string, rule: TextRule): void {
  body.size += 2 + textSize(field, value, rule);
  body.fields.push(value);
}

/** Bytes behind their length: up to 65,535 of them. */
export function addBinary(body: Body, field: string, value: Uint8Array): void {
  const { length } = requireBytes(field, value);
  if (length > 65535) refuse('bad-string', field);
  if (!length) new Uint8Array(value); // throws a TypeError if it is empty because its memory was transferred
  body.size += 2 + length;
  body.fields.push(value);
}

/** The whole packet as an array of its own. */
export function encode(first: number, body: Body): Uint8Array {
  const bytes = new Uint8Array(packetSizeOf(body.size));
  encodeInto(first, body, bytes, 0);
  return bytes;
}

/** The whole packet at `target[at]`. Returns where it ends. */
export function encodeInto(first: number, { fields, size }: Body, target: Uint8Array, at: number): number {
  const end = roomFor(packetSizeOf(size), target, at);
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i]!;
    // What lies in the memory of the target is copied before anything is written there.
    if (typeof field === 'object' && field.buffer === target.buffer) fields[i] = new Uint8Array(field);
  }
  at = writeHeader(first, size, target, at);
  for (const field of fields) {
    if (typeof field === 'number') target[at++] = field;
    else if (typeof field === 'string') at = writeText(field, target, at);
    else {
      const { length } = field;
      target[at++] = length >> 8;
      target[at++] = length;
      copy(field, target, at);
      at += length;
    }
  }
  return end;
}

/** Copies all of `from` to `to[at]`; they may overlap. Throws a TypeError if the memory of `from` was transferred. */
export function copy(from: Uint8Array, to: Uint8Array, at: number): void {
  // Rhino refuses an offset at the very end, even for nothing.
  to.set(from, from.length ? at : 0);
}
