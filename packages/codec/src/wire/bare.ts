import type { Frame } from '../frame.ts';
import type { PacketType } from '../packet-type.ts';
import { requireRoom } from './body.ts';
import { Reader } from './reader.ts';

// PINGREQ, PINGRESP and DISCONNECT are a fixed header and nothing else.

export function encodeBareInto(first: number, target: Uint8Array, at: number): number {
  requireRoom(2, target, at);
  target[at] = first;
  target[at + 1] = 0;
  return at + 2;
}

export function expectBare(frame: Frame, type: PacketType): void {
  new Reader(frame, type).expectEnd();
}
