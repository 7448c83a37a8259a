// MQTT 3.1.1, section 3.11

import type { Frame } from '../frame.ts';
import { UNSUBACK } from '../packet-type.ts';
import { decodeAck, encodeAck, encodeAckInto } from '../wire/ack.ts';

export interface UnsubackPacket {
  readonly type: typeof UNSUBACK;
  readonly packetId: number;
}

export type UnsubackFields = Pick<UnsubackPacket, 'packetId'>;

export function encodeUnsuback(packet: UnsubackFields): Uint8Array {
  return encodeAck(UNSUBACK << 4, packet.packetId);
}

export function encodeUnsubackInto(packet: UnsubackFields, target: Uint8Array, at: number): number {
  return encodeAckInto(UNSUBACK << 4, packet.packetId, target, at);
}

export function decodeUnsuback(frame: Frame): UnsubackPacket {
  return { type: UNSUBACK, packetId: decodeAck(frame, UNSUBACK) };
}
