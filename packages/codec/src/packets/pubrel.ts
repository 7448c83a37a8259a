// MQTT 3.1.1, section 3.6

import type { Frame } from '../frame.ts';
import { PUBREL } from '../packet-type.ts';
import { ackDecoder, ackEncoder, ackEncoderInto } from '../wire/ack.ts';

/** The answer to a PUBREC. The sender no longer keeps the message. */
export interface PubrelPacket {
  readonly type: typeof PUBREL;
  /** 1 to 65,535: the one of the PUBLISH with QoS 2. */
  readonly packetId: number;
}

/** The fields of a PUBREL. */
export type PubrelFields = Pick<PubrelPacket, 'packetId'>;

/** The first byte: the packet type, and the flags that it must have [MQTT-3.6.1-1]. */
const FIRST = 0x62;

/** The four bytes of a PUBREL in a new array. Throws an EncodeError for a Packet Identifier that is none. */
export const encodePubrel: (packet: PubrelFields) => Uint8Array = /* @__PURE__ */ ackEncoder(FIRST);

/** Writes the packet at `target[at]` and returns where it ends. Allocates nothing. Throws `no-room` if there are fewer than four bytes. */
export const encodePubrelInto: (packet: PubrelFields, target: Uint8Array, at: number) => number =
  /* @__PURE__ */ ackEncoderInto(FIRST);

/** A PUBREL from its frame. Throws a DecodeError for a Packet Identifier of 0. */
export const decodePubrel: (frame: Frame) => PubrelPacket = /* @__PURE__ */ ackDecoder(PUBREL);
