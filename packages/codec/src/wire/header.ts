import { type Frame, fail } from '../frame.ts';
import type { PacketType } from '../packet-type.ts';
import {
  CONNACK,
  DISCONNECT,
  PINGREQ,
  PINGRESP,
  PUBACK,
  PUBCOMP,
  PUBREL,
  SUBSCRIBE,
  UNSUBACK,
  UNSUBSCRIBE,
} from '../packet-type.ts';

export type OpenFrame = { -readonly [Key in keyof Frame]: Frame[Key] } & { headerSize: number };

/**
 * Reads the fixed header at `at` into `frame` and returns the offset behind its packet, or 0 while the header is not all
 * there. Whatever can be refused from the header is refused here, before a byte of the body has arrived.
 */
export function readHeader(frame: OpenFrame, bytes: Uint8Array, at: number, limit: number): number {
  if (at >= limit) return 0;
  const first = bytes[at]!;
  frame.type = (first >> 4) as PacketType;
  frame.flags = first & 15;
  frame.bytes = bytes;
  frame.start = at;
  frame.headerSize = 0;
  checkFirstByte(frame);
  let remainingLength = 0;
  for (let size = 1; size < 5; size++) {
    if (at + size >= limit) return 0;
    const byte = bytes[at + size]!;
    remainingLength += (byte & 127) * 128 ** (size - 1);
    if (byte < 128) {
      frame.headerSize = size + 1;
      frame.start = at + size + 1;
      frame.end = frame.start + remainingLength;
      checkBodySize(frame);
      return frame.end;
    }
  }
  return fail(frame, 'malformed-length', at + 4, 'MQTT-4.8.0-1', 'Remaining Length has more than four bytes');
}

export function writeHeader(first: number, remainingLength: number, target: Uint8Array, at: number): number {
  target[at] = first;
  let rest = remainingLength;
  let end = at + 1;
  while (rest > 127) {
    target[end++] = (rest & 127) | 128;
    rest >>= 7;
  }
  target[end] = rest;
  return end + 1;
}

function checkFirstByte(frame: Frame): void {
  const { type, flags, start } = frame;
  if ((type as number) === 0 || (type as number) === 15) {
    fail(frame, 'bad-packet-type', start, 'MQTT-4.8.0-1', `packet type ${type} is reserved`);
  }
  if (type === 3) {
    if (flags > 13 || (flags & 6) === 6) fail(frame, 'bad-qos', start, 'MQTT-3.3.1-4', 'both QoS bits are set');
    if ((flags & 14) === 8) fail(frame, 'bad-flags', start, 'MQTT-3.3.1-2', 'DUP with QoS 0');
    return;
  }
  const expected = type === PUBREL || type === SUBSCRIBE || type === UNSUBSCRIBE ? 2 : 0;
  if (flags !== expected) {
    const statement =
      type === DISCONNECT
        ? 'MQTT-3.14.1-1'
        : expected
          ? `MQTT-3.${type === UNSUBSCRIBE ? 10 : type}.1-1`
          : 'MQTT-2.2.2-2';
    fail(frame, 'bad-flags', start, statement, `flags are ${flags}, not ${expected}`);
  }
}

function checkBodySize(frame: Frame): void {
  const { type, start, end } = frame;
  const size = end - start;
  if (type === PINGREQ || type === PINGRESP || type === DISCONNECT) {
    if (size) fail(frame, 'trailing-bytes', start, 'MQTT-4.8.0-1', 'the packet has a body');
  } else if ((type >= PUBACK && type <= PUBCOMP) || type === UNSUBACK || type === CONNACK) {
    if (size > 2) fail(frame, 'trailing-bytes', start + 2, 'MQTT-4.8.0-1', 'the body has more than 2 bytes');
    if (size < 2) fail(frame, 'truncated', end, 'MQTT-4.8.0-1', 'the body has less than 2 bytes');
  }
}
