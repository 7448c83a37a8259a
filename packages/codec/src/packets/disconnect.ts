// MQTT 3.1.1, section 3.14

import type { Frame } from '../frame.ts';
import { DISCONNECT } from '../packet-type.ts';
import { encodeBareInto, expectBare } from '../wire/bare.ts';

export interface DisconnectPacket {
  readonly type: typeof DISCONNECT;
}

export function encodeDisconnect(): Uint8Array {
  const bytes = new Uint8Array(2);
  encodeBareInto(DISCONNECT << 4, bytes, 0);
  return bytes;
}

export function encodeDisconnectInto(
  _packet: Partial<DisconnectPacket> | undefined,
  target: Uint8Array,
  at: number,
): number {
  return encodeBareInto(DISCONNECT << 4, target, at);
}

export function decodeDisconnect(frame: Frame): DisconnectPacket {
  expectBare(frame, DISCONNECT);
  return { type: DISCONNECT };
}
