import type { Frame } from '../frame.ts';
import type { PacketType } from '../packet-type.ts';
import { requirePacketId, requireRoom } from './body.ts';
import { Reader } from './reader.ts';

// PUBACK, PUBREC, PUBREL, PUBCOMP and UNSUBACK have one layout: a Packet Identifier and nothing else.

export function encodeAck(first: number, packetId: number): Uint8Array {
  const packet = new Uint8Array(4);
  encodeAckInto(first, packetId, packet, 0);
  return packet;
}

export function encodeAckInto(first: number, packetId: number, target: Uint8Array, at: number): number {
  requirePacketId(packetId);
  requireRoom(4, target, at);
  target[at] = first;
  target[at + 1] = 2;
  target[at + 2] = packetId >> 8;
  target[at + 3] = packetId & 255;
  return at + 4;
}

export function decodeAck(frame: Frame, type: PacketType): number {
  const reader = new Reader(frame, type);
  const packetId = reader.packetId();
  reader.expectEnd();
  return packetId;
}
