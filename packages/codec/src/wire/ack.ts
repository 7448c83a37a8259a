import type { Frame } from '../frame.ts';
import type { PacketType } from '../packet-type.ts';
import { requirePacketId, roomFor } from './encode.ts';
import { bodyOf, expectSize, packetIdAt } from './reader.ts';

// PUBACK, PUBREC, PUBREL, PUBCOMP and UNSUBACK have one layout, a Packet Identifier and nothing else; PINGREQ, PINGRESP and
// DISCONNECT are a fixed header and nothing else.

export function encodeAck(first: number, packetId: number): Uint8Array {
  return new Uint8Array([first, 2, requirePacketId(packetId) >> 8, packetId]);
}

export function encodeAckInto(first: number, packetId: number, target: Uint8Array, at: number): number {
  return writeFour(first, requirePacketId(packetId), target, at);
}

/** A packet with a body of two bytes. */
export function writeFour(first: number, body: number, target: Uint8Array, at: number): number {
  const end = roomFor(4, target, at);
  target[at] = first;
  target[at + 1] = 2;
  target[at + 2] = body >> 8;
  target[at + 3] = body;
  return end;
}

export function decodeAck(frame: Frame, type: PacketType): number {
  const at = bodyOf(frame, type);
  const packetId = packetIdAt(frame, at);
  expectSize(frame, 2);
  return packetId;
}

/** A packet without a body. */
export function writeTwo(first: number, target: Uint8Array, at: number): number {
  const end = roomFor(2, target, at);
  target[at] = first;
  target[at + 1] = 0;
  return end;
}

export function decodeBare(frame: Frame, type: PacketType): void {
  bodyOf(frame, type);
  expectSize(frame, 0);
}
