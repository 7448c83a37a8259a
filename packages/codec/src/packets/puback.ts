// MQTT 3.1.1, section 3.4

import type { Frame } from '../frame.ts';
import { PUBACK } from '../packet-type.ts';
import { decodeAck, encodeAck, encodeAckInto } from '../wire/ack.ts';

/** The answer to a PUBLISH with QoS 1. */
export interface PubackPacket {
  readonly type: typeof PUBACK;
  /** 1 to 65,535: the one of the PUBLISH with QoS 1. */
  readonly packetId: number;
}

/** The fields of a PUBACK. */
export type PubackFields = Pick<PubackPacket, 'packetId'>;

/** The four bytes of a PUBACK, in memory of their own. Throws an EncodeError for a Packet Identifier that cannot be. */
export function encodePuback(packet: PubackFields): Uint8Array {
  return encodeAck(PUBACK << 4, packet.packetId);
}

/** Writes the packet at `target[at]` and returns where it ends; allocates nothing. Throws `no-room` if four bytes are not there. */
export function encodePubackInto(packet: PubackFields, target: Uint8Array, at: number): number {
  return encodeAckInto(PUBACK << 4, packet.packetId, target, at);
}

/** Throws a DecodeError for a Packet Identifier of 0. */
export function decodePuback(frame: Frame): PubackPacket {
  return { type: PUBACK, packetId: decodeAck(frame, PUBACK) };
}
