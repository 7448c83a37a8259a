// MQTT 3.1.1, section 3.12

import { expectType, type Frame } from '../frame.ts';
import { PINGREQ } from '../packet-type.ts';
import { writeTwo } from '../wire/ack.ts';

export interface PingreqPacket {
  readonly type: typeof PINGREQ;
}

export function encodePingreq(_packet?: Partial<PingreqPacket>): Uint8Array {
  return new Uint8Array([PINGREQ << 4, 0]);
}

export function encodePingreqInto(_packet: Partial<PingreqPacket> | undefined, target: Uint8Array, at: number): number {
  return writeTwo(PINGREQ << 4, target, at);
}

/** A body has been refused with the fixed header. */
export function decodePingreq(frame: Frame): PingreqPacket {
  expectType(frame, PINGREQ);
  return { type: PINGREQ };
}
