// MQTT 3.1.1, section 3.14

import type { Frame } from '../frame.ts';
import { DISCONNECT } from '../packet-type.ts';
import { bareDecoder, bareEncoder, bareEncoderInto } from '../wire/ack.ts';

/** The last packet of a client that closes in order: its will is not published [MQTT-3.14.4-3]. */
export interface DisconnectPacket {
  readonly type: typeof DISCONNECT;
}

/** The two bytes of a DISCONNECT in a new array. It has no fields, so the argument is ignored. */
export const encodeDisconnect: (packet?: Partial<DisconnectPacket>) => Uint8Array = /* @__PURE__ */ bareEncoder(0xe0);

/** Writes the packet at `target[at]` and returns where it ends. Allocates nothing. Throws `no-room` if there are fewer than two bytes. */
export const encodeDisconnectInto: (
  packet: Partial<DisconnectPacket> | undefined,
  target: Uint8Array,
  at: number,
) => number = /* @__PURE__ */ bareEncoderInto(0xe0);

/** A DISCONNECT from its frame. Throws a DecodeError for a frame of another type, or one with a body. */
export const decodeDisconnect: (frame: Frame) => DisconnectPacket = /* @__PURE__ */ bareDecoder(DISCONNECT);
