// MQTT 3.1.1, section 3.5

import type { Frame } from '../frame.ts';
import { PUBREC } from '../packet-type.ts';
import { decodeAck, encodeAck, encodeAckInto } from '../wire/ack.ts';

export interface PubrecPacket {
  readonly type: typeof PUBREC;
  readonly packetId: number;
}

export type PubrecFields = Pick<PubrecPacket, 'packetId'>;

export function encodePubrec(packet: PubrecFields): Uint8Array {
  return encodeAck(PUBREC << 4, packet.packetId);
}

export function encodePubrecInto(packet: PubrecFields, target: Uint8Array, at: number): number {
  return encodeAckInto(PUBREC << 4, packet.packetId, target, at);
}

export function decodePubrec(frame: Frame): PubrecPacket {
  return { type: PUBREC, packetId: decodeAck(frame, PUBREC) };
}
