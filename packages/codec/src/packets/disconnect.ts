// MQTT 3.1.1, section 3.14

import { expectType, type Frame } from '../frame.ts';
import { DISCONNECT } from '../packet-type.ts';
import { writeTwo } from '../wire/ack.ts';

export interface DisconnectPacket {
  readonly type: typeof DISCONNECT;
}

export function encodeDisconnect(_packet?: Partial<DisconnectPacket>): Uint8Array {
  return new Uint8Array([DISCONNECT << 4, 0]);
}

export function encodeDisconnectInto(
  _packet: Partial<DisconnectPacket> | undefined,
  target: Uint8Array,
  at: number,
): number {
  return writeTwo(DISCONNECT << 4, target, at);
}

/** A body has been refused with the fixed header. */
export function decodeDisconnect(frame: Frame): DisconnectPacket {
  expectType(frame, DISCONNECT);
  return { type: DISCONNECT };
}
