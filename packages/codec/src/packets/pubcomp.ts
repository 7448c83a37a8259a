// MQTT 3.1.1, section 3.7

import type { Frame } from '../frame.ts';
import { PUBCOMP } from '../packet-type.ts';
import { decodeAck, encodeAck, encodeAckInto } from '../wire/ack.ts';

export interface PubcompPacket {
  readonly type: typeof PUBCOMP;
  readonly packetId: number;
}

export type PubcompFields = Pick<PubcompPacket, 'packetId'>;

export function encodePubcomp(packet: PubcompFields): Uint8Array {
  return encodeAck(PUBCOMP << 4, packet.packetId);
}

export function encodePubcompInto(packet: PubcompFields, target: Uint8Array, at: number): number {
  return encodeAckInto(PUBCOMP << 4, packet.packetId, target, at);
}

export function decodePubcomp(frame: Frame): PubcompPacket {
  return { type: PUBCOMP, packetId: decodeAck(frame, PUBCOMP) };
}
