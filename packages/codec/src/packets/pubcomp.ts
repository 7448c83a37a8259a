// MQTT 3.1.1, section 3.7

import type { Frame } from '../frame.ts';
import { PUBCOMP } from '../packet-type.ts';
import { decodeAck, encodeAck, encodeAckInto } from '../wire/ack.ts';

/** The answer to a PUBREL: the Packet Identifier is free again. */
export interface PubcompPacket {
  readonly type: typeof PUBCOMP;
  /** 1 to 65,535: the one of the PUBLISH with QoS 2. */
  readonly packetId: number;
}

/** The fields of a PUBCOMP. */
export type PubcompFields = Pick<PubcompPacket, 'packetId'>;

/** The four bytes of a PUBCOMP, in memory of their own. Throws an EncodeError for a Packet Identifier that cannot be. */
export function encodePubcomp(packet: PubcompFields): Uint8Array {
  return encodeAck(PUBCOMP << 4, packet.packetId);
}

/** Writes the packet at `target[at]` and returns where it ends; allocates nothing. Throws `no-room` if four bytes are not there. */
export function encodePubcompInto(packet: PubcompFields, target: Uint8Array, at: number): number {
  return encodeAckInto(PUBCOMP << 4, packet.packetId, target, at);
}

/** Throws a DecodeError for a Packet Identifier of 0. */
export function decodePubcomp(frame: Frame): PubcompPacket {
  return { type: PUBCOMP, packetId: decodeAck(frame, PUBCOMP) };
}
