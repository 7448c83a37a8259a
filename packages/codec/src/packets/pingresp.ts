// MQTT 3.1.1, section 3.13

import type { Frame } from '../frame.ts';
import { PINGRESP } from '../packet-type.ts';
import { decodeBare, writeTwo } from '../wire/ack.ts';

/** The answer to a PINGREQ. */
export interface PingrespPacket {
  readonly type: typeof PINGRESP;
}

/** The two bytes of a PINGRESP, in memory of their own. It has no fields: what is passed is not looked at. */
export function encodePingresp(_packet?: Partial<PingrespPacket>): Uint8Array {
  return new Uint8Array([PINGRESP << 4, 0]);
}

/** Writes the packet at `target[at]` and returns where it ends; allocates nothing. Throws `no-room` if two bytes are not there. */
export function encodePingrespInto(
  _packet: Partial<PingrespPacket> | undefined,
  target: Uint8Array,
  at: number,
): number {
  return writeTwo(PINGRESP << 4, target, at);
}

/** Throws a DecodeError if the frame is one of another type, or has a body. */
export function decodePingresp(frame: Frame): PingrespPacket {
  decodeBare(frame, PINGRESP);
  return { type: PINGRESP };
}
