// MQTT 3.1.1, section 3.7

import type { Frame } from '../frame.ts';
import { PUBCOMP } from '../packet-type.ts';
import { ackDecoder, ackEncoder, ackEncoderInto } from '../wire/ack.ts';

/** The answer to a PUBREL. After it the Packet Identifier is free again. */
export interface PubcompPacket {
  readonly type: typeof PUBCOMP;
  /** 1 to 65,535: the one of the PUBLISH with QoS 2. */
  readonly packetId: number;
}

/** The fields of a PUBCOMP. */
export type PubcompFields = Pick<PubcompPacket, 'packetId'>;

/** The four bytes of a PUBCOMP in a new array. Throws an EncodeError for a Packet Identifier that is none. */
export const encodePubcomp: (packet: PubcompFields) => Uint8Array = /* @__PURE__ */ ackEncoder(0x70);

/** Writes the packet at `target[at]` and returns where it ends. Allocates nothing. Throws `no-room` if there are fewer than four bytes. */
export const encodePubcompInto: (packet: PubcompFields, target: Uint8Array, at: number) => number =
  /* @__PURE__ */ ackEncoderInto(0x70);

/** A PUBCOMP from its frame. Throws a DecodeError for a Packet Identifier of 0. */
export const decodePubcomp: (frame: Frame) => PubcompPacket = /* @__PURE__ */ ackDecoder(PUBCOMP);
