// MQTT 3.1.1, section 3.13

import { expectType, type Frame } from '../frame.ts';
import { PINGRESP } from '../packet-type.ts';
import { writeTwo } from '../wire/ack.ts';

export interface PingrespPacket {
  readonly type: typeof PINGRESP;
}

export function encodePingresp(_packet?: Partial<PingrespPacket>): Uint8Array {
  return new Uint8Array([PINGRESP << 4, 0]);
}

export function encodePingrespInto(
  _packet: Partial<PingrespPacket> | undefined,
  target: Uint8Array,
  at: number,
): number {
  return writeTwo(PINGRESP << 4, target, at);
}

/** A body has been refused with the fixed header. */
export function decodePingresp(frame: Frame): PingrespPacket {
  expectType(frame, PINGRESP);
  return { type: PINGRESP };
}
