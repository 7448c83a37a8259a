// MQTT 3.1.1, section 3.4

import type { Frame } from '../frame.ts';
import { PUBACK } from '../packet-type.ts';
import { decodeAck, encodeAck, encodeAckInto } from '../wire/ack.ts';

export interface PubackPacket {
  readonly type: typeof PUBACK;
  readonly packetId: number;
}

export type PubackFields = Pick<PubackPacket, 'packetId'>;

export function encodePuback(packet: PubackFields): Uint8Array {
  return encodeAck(PUBACK << 4, packet.packetId);
}

export function encodePubackInto(packet: PubackFields, target: Uint8Array, at: number): number {
  return encodeAckInto(PUBACK << 4, packet.packetId, target, at);
}

export function decodePuback(frame: Frame): PubackPacket {
  return { type: PUBACK, packetId: decodeAck(frame, PUBACK) };
}
