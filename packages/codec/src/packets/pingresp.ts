// MQTT 3.1.1, section 3.13

import type { Frame } from '../frame.ts';
import { PINGRESP } from '../packet-type.ts';
import { bareDecoder, bareEncoder, bareEncoderInto } from '../wire/ack.ts';

/** The answer to a PINGREQ. */
export interface PingrespPacket {
  readonly type: typeof PINGRESP;
}

/** The two bytes of a PINGRESP, in memory of their own. It has no fields: what is passed is not looked at. */
export const encodePingresp: (packet?: Partial<PingrespPacket>) => Uint8Array = /* @__PURE__ */ bareEncoder(0xd0);

/** Writes the packet at `target[at]` and returns where it ends; allocates nothing. Throws `no-room` if two bytes are not there. */
export const encodePingrespInto: (
  packet: Partial<PingrespPacket> | undefined,
  target: Uint8Array,
  at: number,
) => number = /* @__PURE__ */ bareEncoderInto(0xd0);

/** Throws a DecodeError if the frame is one of another type, or has a body. */
export const decodePingresp: (frame: Frame) => PingrespPacket = /* @__PURE__ */ bareDecoder(PINGRESP);
