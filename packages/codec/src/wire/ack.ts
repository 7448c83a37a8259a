import { expectType, type Frame, packetIdOf } from '../frame.ts';
import type { PacketType } from '../packet-type.ts';
import { hasRoom, requirePacketId } from './check.ts';

// PUBACK, PUBREC, PUBREL, PUBCOMP and UNSUBACK have one layout: a Packet Identifier and nothing else.

export function encodeAck(first: number, packetId: number): Uint8Array {
  requirePacketId(packetId);
  return new Uint8Array([first, 2, packetId >> 8, packetId]);
}

export function encodeAckInto(first: number, packetId: number, target: Uint8Array, at: number): number {
  requirePacketId(packetId);
  return writeFour(first, packetId, target, at);
}

export function writeFour(first: number, body: number, target: Uint8Array, at: number): number {
  const end = at + 4;
  if (hasRoom(target, at, end)) {
    target[at] = first;
    target[at + 1] = 2;
    target[at + 2] = body >> 8;
    target[at + 3] = body;
  }
  return end;
}

/** A packet that is a fixed header and nothing else: PINGREQ, PINGRESP, DISCONNECT. */
export function writeTwo(first: number, target: Uint8Array, at: number): number {
  const end = at + 2;
  if (hasRoom(target, at, end)) {
    target[at] = first;
    target[at + 1] = 0;
  }
  return end;
}

/** The body is two bytes long: the fixed header has been judged. */
export function decodeAck(frame: Frame, type: PacketType): number {
  expectType(frame, type);
  return packetIdOf(frame, frame.start);
}
