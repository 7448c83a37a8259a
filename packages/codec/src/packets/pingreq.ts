// MQTT 3.1.1, section 3.12

import type { Frame } from '../frame.ts';
import { PINGREQ } from '../packet-type.ts';
import { decodeBare, writeTwo } from '../wire/ack.ts';

/** The client is there, and asks whether the server is. */
export interface PingreqPacket {
  readonly type: typeof PINGREQ;
}

/** The two bytes of a PINGREQ, in memory of their own. It has no fields: what is passed is not looked at. */
export function encodePingreq(_packet?: Partial<PingreqPacket>): Uint8Array {
  return new Uint8Array([PINGREQ << 4, 0]);
}

/** Writes the packet at `target[at]` and returns where it ends; allocates nothing. Throws `no-room` if two bytes are not there. */
export function encodePingreqInto(_packet: Partial<PingreqPacket> | undefined, target: Uint8Array, at: number): number {
  return writeTwo(PINGREQ << 4, target, at);
}

/** Throws a DecodeError if the frame is one of another type, or has a body. */
export function decodePingreq(frame: Frame): PingreqPacket {
  decodeBare(frame, PINGREQ);
  return { type: PINGREQ };
}
