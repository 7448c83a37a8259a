// MQTT 3.1.1, section 3.12

import type { Frame } from '../frame.ts';
import { PINGREQ } from '../packet-type.ts';
import { encodeBareInto, expectBare } from '../wire/bare.ts';

export interface PingreqPacket {
  readonly type: typeof PINGREQ;
}

export function encodePingreq(): Uint8Array {
  const bytes = new Uint8Array(2);
  encodeBareInto(PINGREQ << 4, bytes, 0);
  return bytes;
}

export function encodePingreqInto(_packet: Partial<PingreqPacket> | undefined, target: Uint8Array, at: number): number {
  return encodeBareInto(PINGREQ << 4, target, at);
}

export function decodePingreq(frame: Frame): PingreqPacket {
  expectBare(frame, PINGREQ);
  return { type: PINGREQ };
}
