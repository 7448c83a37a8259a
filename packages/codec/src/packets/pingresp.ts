// MQTT 3.1.1, section 3.13

import type { Frame } from '../frame.ts';
import { PINGRESP } from '../packet-type.ts';
import { bareDecoder, bareEncoder, bareEncoderInto } from '../wire/ack.ts';

/** The answer to a PINGREQ. */
export interface PingrespPacket {
  readonly type: typeof PINGRESP;
}

/** The two bytes of a PINGRESP in a new array. It has no fields, so the argument is ignored. */
export const encodePingresp: (packet?: Partial<PingrespPacket>) => Uint8Array = /* @__PURE__ */ bareEncoder(0xd0);

/** Writes the packet at `target[at]` and returns where it ends. Allocates nothing. Throws `no-room` if there are fewer than two bytes. */
export const encodePingrespInto: (
  packet: Partial<PingrespPacket> | undefined,
  target: Uint8Array,
  at: number,
) => number = /* @__PURE__ */ bareEncoderInto(0xd0);

/** A PINGRESP from its frame. Throws a DecodeError for a frame of another type, or one with a body. */
export const decodePingresp: (frame: Frame) => PingrespPacket = /* @__PURE__ */ bareDecoder(PINGRESP);
