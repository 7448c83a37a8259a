// MQTT 3.1.1, section 3.12

import type { Frame } from '../frame.ts';
import { PINGREQ } from '../packet-type.ts';
import { bareDecoder, bareEncoder, bareEncoderInto } from '../wire/ack.ts';

/** Tells the server that the client is there, and asks for a PINGRESP. */
export interface PingreqPacket {
  readonly type: typeof PINGREQ;
}

/** The two bytes of a PINGREQ in a new array. It has no fields, so the argument is ignored. */
export const encodePingreq: (packet?: Partial<PingreqPacket>) => Uint8Array = /* @__PURE__ */ bareEncoder(0xc0);

/** Writes the packet at `target[at]` and returns where it ends. Allocates nothing. Throws `no-room` if there are fewer than two bytes. */
export const encodePingreqInto: (packet: Partial<PingreqPacket> | undefined, target: Uint8Array, at: number) => number =
  /* @__PURE__ */ bareEncoderInto(0xc0);

/** A PINGREQ from its frame. Throws a DecodeError for a frame of another type, or one with a body. */
export const decodePingreq: (frame: Frame) => PingreqPacket = /* @__PURE__ */ bareDecoder(PINGREQ);
