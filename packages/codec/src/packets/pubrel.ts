// MQTT 3.1.1, section 3.6

import type { Frame } from '../frame.ts';
import { PUBREL } from '../packet-type.ts';
import { decodeAck, encodeAck, encodeAckInto } from '../wire/ack.ts';

export interface PubrelPacket {
  readonly type: typeof PUBREL;
  readonly packetId: number;
}

export type PubrelFields = Pick<PubrelPacket, 'packetId'>;

const FIRST = (PUBREL << 4) | 2; // [MQTT-3.6.1-1]

export function encodePubrel(packet: PubrelFields): Uint8Array {
  return encodeAck(FIRST, packet.packetId);
}

export function encodePubrelInto(packet: PubrelFields, target: Uint8Array, at: number): number {
  return encodeAckInto(FIRST, packet.packetId, target, at);
}

export function decodePubrel(frame: Frame): PubrelPacket {
  return { type: PUBREL, packetId: decodeAck(frame, PUBREL) };
}
