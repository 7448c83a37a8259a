import { hasRoom } from './check.ts';

// PINGREQ, PINGRESP and DISCONNECT are a fixed header and nothing else.

export function encodeBare(first: number): Uint8Array {
  const packet = new Uint8Array(2);
  packet[0] = first;
  return packet;
}

export function encodeBareInto(first: number, target: Uint8Array, at: number): number {
  if (hasRoom(2, target, at)) {
    target[at] = first;
    target[at + 1] = 0;
  }
  return at + 2;
}
