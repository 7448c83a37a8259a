// MQTT 3.1.1, section 3.4

import type { Frame } from '../frame.ts';
import { PUBACK } from '../packet-type.ts';
import { ackDecoder, ackEncoder, ackEncoderInto } from '../wire/ack.ts';

/** The answer to a PUBLISH with QoS 1. */
export interface PubackPacket {
  readonly type: typeof PUBACK;
  /** 1 to 65,535: the one of the PUBLISH with QoS 1. */
  readonly packetId: number;
}

/** The fields of a PUBACK. */
export type PubackFields = Pick<PubackPacket, 'packetId'>;

/** The four bytes of a PUBACK in a new array. Throws an EncodeError for a Packet Identifier that is none. */
export const encodePuback: (packet: PubackFields) => Uint8Array = /* @__PURE__ */ ackEncoder(0x40);

/** Writes the packet at `target[at]` and returns where it ends. Allocates nothing. Throws `no-room` if there are fewer than four bytes. */
export const encodePubackInto: (packet: PubackFields, target: Uint8Array, at: number) => number =
  /* @__PURE__ */ ackEncoderInto(0x40);

/** A PUBACK from its frame. Throws a DecodeError for a Packet Identifier of 0. */
export const decodePuback: (frame: Frame) => PubackPacket = /* @__PURE__ */ ackDecoder(PUBACK);
