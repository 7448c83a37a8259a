// MQTT 3.1.1, section 3.12

import type { Frame } from '../frame.ts';
import { PINGREQ } from '../packet-type.ts';
import { bareDecoder, bareEncoder, bareEncoderInto } from '../wire/ack.ts';

/** The client is there, and asks whether the server is. */
export interface PingreqPacket {
  readonly type: typeof PINGREQ;
}

/** The two bytes of a PINGREQ, in memory of their own. It has no fields: what is passed is not looked at. */
export const encodePingreq: (packet?: Partial<PingreqPacket>) => Uint8Array = /* @__PURE__ */ bareEncoder(0xc0);

/** Writes the packet at `target[at]` and returns where it ends; allocates nothing. Throws `no-room` if two bytes are not there. */
export const encodePingreqInto: (packet: Partial<PingreqPacket> | undefined, target: Uint8Array, at: number) => number =
  /* @__PURE__ */ bareEncoderInto(0xc0);

/** Throws a DecodeError if the frame is one of another type, or has a body. */
export const decodePingreq: (frame: Frame) => PingreqPacket = /* @__PURE__ */ bareDecoder(PINGREQ);
