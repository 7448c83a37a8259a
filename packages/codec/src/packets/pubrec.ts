// MQTT 3.1.1, section 3.5

import type { Frame } from '../frame.ts';
import { PUBREC } from '../packet-type.ts';
import { ackDecoder, ackEncoder, ackEncoderInto } from '../wire/ack.ts';

/** The first answer to a PUBLISH with QoS 2. */
export interface PubrecPacket {
  readonly type: typeof PUBREC;
  /** 1 to 65,535: the one of the PUBLISH with QoS 2. */
  readonly packetId: number;
}

/** The fields of a PUBREC. */
export type PubrecFields = Pick<PubrecPacket, 'packetId'>;

/** The four bytes of a PUBREC in a new array. Throws an EncodeError for a Packet Identifier that is none. */
export const encodePubrec: (packet: PubrecFields) => Uint8Array = /* @__PURE__ */ ackEncoder(0x50);

/** Writes the packet at `target[at]` and returns where it ends. Allocates nothing. Throws `no-room` if there are fewer than four bytes. */
export const encodePubrecInto: (packet: PubrecFields, target: Uint8Array, at: number) => number =
  /* @__PURE__ */ ackEncoderInto(0x50);

/** A PUBREC from its frame. Throws a DecodeError for a Packet Identifier of 0. */
export const decodePubrec: (frame: Frame) => PubrecPacket = /* @__PURE__ */ ackDecoder(PUBREC);
