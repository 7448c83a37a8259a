// MQTT 3.1.1, section 3.13

import type { Frame } from '../frame.ts';
import { PINGRESP } from '../packet-type.ts';
import { encodeBareInto, expectBare } from '../wire/bare.ts';

export interface PingrespPacket {
  readonly type: typeof PINGRESP;
}

export function encodePingresp(): Uint8Array {
  const bytes = new Uint8Array(2);
  encodeBareInto(PINGRESP << 4, bytes, 0);
  return bytes;
}

export function encodePingrespInto(
  _packet: Partial<PingrespPacket> | undefined,
  target: Uint8Array,
  at: number,
): number {
  return encodeBareInto(PINGRESP << 4, target, at);
}

export function decodePingresp(frame: Frame): PingrespPacket {
  expectBare(frame, PINGRESP);
  return { type: PINGRESP };
}
