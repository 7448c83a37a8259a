import { type Frame, fail } from '../frame.ts';
import type { PacketType } from '../packet-type.ts';
import { hasRoom, requirePacketId } from './check.ts';
import { expectType } from './reader.ts';

// PUBACK, PUBREC, PUBREL, PUBCOMP and UNSUBACK have one layout: a Packet Identifier and nothing else.

export function encodeAck(first: number, packetId: number): Uint8Array {
  const packet = new Uint8Array(4);
  encodeAckInto(first, packetId, packet, 0);
  return packet;
}

export function encodeAckInto(first: number, packetId: number, target: Uint8Array, at: number): number {
  requirePacketId(packetId);
  return writeFour(first, packetId, target, at);
}

export function writeFour(first: number, body: number, target: Uint8Array, at: number): number {
  if (hasRoom(4, target, at)) {
    target[at] = first;
    target[at + 1] = 2;
    target[at + 2] = body >> 8;
    target[at + 3] = body & 255;
  }
  return at + 4;
}

/** The body is two bytes long: the fixed header has been judged. */
export function decodeAck(frame: Frame, type: PacketType): number {
  expectType(frame, type);
  const { bytes, start } = frame;
  const packetId = (bytes[start]! << 8) | bytes[start + 1]!;
  if (!packetId) fail(frame, 'bad-packet-id', start, '2.3.1-1');
  return packetId;
}
