// MQTT 3.1.1, section 3.11

import type { Frame } from '../frame.ts';
import { UNSUBACK } from '../packet-type.ts';
import { ackDecoder, ackEncoder, ackEncoderInto } from '../wire/ack.ts';

/** The answer to an UNSUBSCRIBE. */
export interface UnsubackPacket {
  readonly type: typeof UNSUBACK;
  /** 1 to 65,535: the one of the UNSUBSCRIBE. */
  readonly packetId: number;
}

/** The fields of an UNSUBACK. */
export type UnsubackFields = Pick<UnsubackPacket, 'packetId'>;

/** The four bytes of an UNSUBACK in a new array. Throws an EncodeError for a Packet Identifier that is none. */
export const encodeUnsuback: (packet: UnsubackFields) => Uint8Array = /* @__PURE__ */ ackEncoder(0xb0);

/** Writes the packet at `target[at]` and returns where it ends. Allocates nothing. Throws `no-room` if there are fewer than four bytes. */
export const encodeUnsubackInto: (packet: UnsubackFields, target: Uint8Array, at: number) => number =
  /* @__PURE__ */ ackEncoderInto(0xb0);

/** An UNSUBACK from its frame. Throws a DecodeError for a Packet Identifier of 0. */
export const decodeUnsuback: (frame: Frame) => UnsubackPacket = /* @__PURE__ */ ackDecoder(UNSUBACK);
