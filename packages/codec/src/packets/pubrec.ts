// MQTT 3.1.1, section 3.5

import type { Frame } from '../frame.ts';
import { PUBREC } from '../packet-type.ts';
import { decodeAck, encodeAck, encodeAckInto } from '../wire/ack.ts';

/** The first answer to a PUBLISH with QoS 2. */
export interface PubrecPacket {
  readonly type: typeof PUBREC;
  /** 1 to 65,535: the one of the PUBLISH with QoS 2. */
  readonly packetId: number;
}

/** The fields of a PUBREC. */
export type PubrecFields = Pick<PubrecPacket, 'packetId'>;

/** The four bytes of a PUBREC, in memory of their own. Throws an EncodeError for a Packet Identifier that cannot be. */
export function encodePubrec(packet: PubrecFields): Uint8Array {
  return encodeAck(PUBREC << 4, packet.packetId);
}

/** Writes the packet at `target[at]` and returns where it ends; allocates nothing. Throws `no-room` if four bytes are not there. */
export function encodePubrecInto(packet: PubrecFields, target: Uint8Array, at: number): number {
  return encodeAckInto(PUBREC << 4, packet.packetId, target, at);
}

/** Throws a DecodeError for a Packet Identifier of 0. */
export function decodePubrec(frame: Frame): PubrecPacket {
  return { type: PUBREC, packetId: decodeAck(frame, PUBREC) };
}
