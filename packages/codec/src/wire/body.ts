import { type CodecErrorCode, EncodeError } from '../error.ts';
import { headerSizeOf } from '../frame.ts';
import { isTopicFilter, isTopicName } from '../topic.ts';
import { writeHeader } from './header.ts';
import { utf8Size, writeUtf8 } from './utf8.ts';

const NOTHING: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

// A packet is put together here first, so that nothing has been written when it turns out to be impossible. One body is
// enough: encoding is synchronous.
let bytes: Uint8Array = /* @__PURE__ */ new Uint8Array(1024);
let length = 0;

export function refuse(code: CodecErrorCode, problem: string, statement?: string): never {
  throw new EncodeError(code, problem, { statement });
}

export function beginBody(): void {
  length = 0;
}

export function putU8(value: number): void {
  room(1);
  bytes[length++] = value;
}

export function putU16(value: number): void {
  room(2);
  bytes[length++] = value >> 8;
  bytes[length++] = value & 255;
}

export function putText(text: string): void {
  if (typeof text !== 'string') throw new TypeError(`${text} is no string`);
  const size = utf8Size(text);
  if (size < 0) refuse('bad-string', 'half a surrogate pair', 'MQTT-1.5.3-1');
  if (text.indexOf('\0') >= 0) refuse('bad-string', 'U+0000 in text', 'MQTT-1.5.3-2');
  putSize(size);
  length = writeUtf8(text, bytes, length);
}

export function putTopicName(text: string): void {
  putText(text);
  if (!isTopicName(text)) {
    refuse('bad-topic', 'not a Topic Name', text ? 'MQTT-3.3.2-2' : 'MQTT-4.7.3-1');
  }
}

export function putTopicFilter(text: string): void {
  putText(text);
  if (!isTopicFilter(text))
    refuse(
      'bad-topic',
      'not a Topic Filter',
      text ? (text.includes('#') ? 'MQTT-4.7.1-2' : 'MQTT-4.7.1-3') : 'MQTT-4.7.3-1',
    );
}

export function putBinary(value: Uint8Array): void {
  requireBytes(value);
  putSize(value.length);
  bytes.set(value, length);
  length += value.length;
}

/** Bytes of the packet that the body and `tail` make. */
export function packetSizeWith(tail: Uint8Array = NOTHING): number {
  const size = length + tail.length;
  if (size > 268435455) refuse('packet-too-large', `a body of ${size} bytes`);
  return headerSizeOf(size) + size;
}

export function writePacket(first: number, target: Uint8Array, at: number, tail: Uint8Array = NOTHING): number {
  requireRoom(packetSizeWith(tail), target, at);
  const body = writeHeader(first, length + tail.length, target, at);
  target.set(bytes.subarray(0, length), body);
  target.set(tail, body + length);
  return body + length + tail.length;
}

export function newPacket(first: number, tail: Uint8Array = NOTHING): Uint8Array {
  const packet = new Uint8Array(packetSizeWith(tail));
  writePacket(first, packet, 0, tail);
  return packet;
}

export function requireRoom(size: number, target: Uint8Array, at: number): void {
  if (at >>> 0 !== at || target.length - at < size) {
    throw new EncodeError('no-room', `the packet takes ${size} bytes`, { needed: size });
  }
}

export function requireBytes(value: Uint8Array): void {
  if (value.BYTES_PER_ELEMENT !== 1) throw new TypeError('not a Uint8Array');
}

export function requirePacketId(packetId: number | undefined): number {
  if (packetId === undefined || packetId === 0 || (packetId & 0xffff) !== packetId) {
    refuse('bad-packet-id', `Packet Identifier ${packetId}`, 'MQTT-2.3.1-1');
  }
  return packetId;
}

/** The bit if `value` is true; anything but a boolean or nothing is a TypeError. */
export function flag(value: boolean | undefined, bit: number): number {
  if (value !== undefined && typeof value !== 'boolean') throw new TypeError(`${value} is no boolean`);
  return value ? bit : 0;
}

export function requireQos(qos: number, statement: string): number {
  if (qos !== 0 && qos !== 1 && qos !== 2) refuse('bad-qos', `QoS ${qos}`, statement);
  return qos;
}

function putSize(size: number): void {
  if (size > 65535) refuse('bad-string', `a field of ${size} bytes`, 'MQTT-4.7.3-3');
  room(2 + size);
  putU16(size);
}

function room(count: number): void {
  if (length + count <= bytes.length) return;
  const larger = new Uint8Array((length + count) * 2);
  larger.set(bytes);
  bytes = larger;
}
