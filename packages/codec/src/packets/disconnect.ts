// MQTT 3.1.1, section 3.14

import type { Frame } from '../frame.ts';
import { DISCONNECT } from '../packet-type.ts';
import { bareDecoder, bareEncoder, bareEncoderInto } from '../wire/ack.ts';

/** The last packet of a client that leaves as it should: its will is not published. */
export interface DisconnectPacket {
  readonly type: typeof DISCONNECT;
}

/** The two bytes of a DISCONNECT, in memory of their own. It has no fields: what is passed is not looked at. */
export const encodeDisconnect: (packet?: Partial<DisconnectPacket>) => Uint8Array = /* @__PURE__ */ bareEncoder(0xe0);

/** Writes the packet at `target[at]` and returns where it ends; allocates nothing. Throws `no-room` if two bytes are not there. */
export const encodeDisconnectInto: (
  packet: Partial<DisconnectPacket> | undefined,
  target: Uint8Array,
  at: number,
) => number = /* @__PURE__ */ bareEncoderInto(0xe0);

/** Throws a DecodeError if the frame is one of another type, or has a body. */
export const decodeDisconnect: (frame: Frame) => DisconnectPacket = /* @__PURE__ */ bareDecoder(DISCONNECT);
