// MQTT 3.1.1, section 3.11

import type { Frame } from '../frame.ts';
import { UNSUBACK } from '../packet-type.ts';
import { decodeAck, encodeAck, encodeAckInto } from '../wire/ack.ts';

/** The answer to an UNSUBSCRIBE. */
export interface UnsubackPacket {
  readonly type: typeof UNSUBACK;
  /** 1 to 65,535: the one of the UNSUBSCRIBE. */
  readonly packetId: number;
}

/** The fields of an UNSUBACK. */
export type UnsubackFields = Pick<UnsubackPacket, 'packetId'>;

/** The four bytes of an UNSUBACK, in memory of their own. Throws an EncodeError for a Packet Identifier that cannot be. */
export function encodeUnsuback(packet: UnsubackFields): Uint8Array {
  return encodeAck(UNSUBACK << 4, packet.packetId);
}

/** Writes the packet at `target[at]` and returns where it ends; allocates nothing. Throws `no-room` if four bytes are not there. */
export function encodeUnsubackInto(packet: UnsubackFields, target: Uint8Array, at: number): number {
  return encodeAckInto(UNSUBACK << 4, packet.packetId, target, at);
}

/** Throws a DecodeError for a Packet Identifier of 0. */
export function decodeUnsuback(frame: Frame): UnsubackPacket {
  return { type: UNSUBACK, packetId: decodeAck(frame, UNSUBACK) };
}
