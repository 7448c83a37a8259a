import { type Frame, fail } from '../frame.ts';
import { DISCONNECT, PUBLISH } from '../packet-type.ts';
import { UNNUMBERED } from './nothing.ts';

// Sets of packet types, one bit each.
const KNOWN = 0x7ffe;
const WITH_FLAG_1 = 0x0540; // PUBREL, SUBSCRIBE, UNSUBSCRIBE
const OF_ANY_SIZE = 0x070a; // CONNECT, PUBLISH, SUBSCRIBE, SUBACK, UNSUBSCRIBE
const OF_TWO_BYTES = 0x08f4; // CONNACK, PUBACK, PUBREC, PUBREL, PUBCOMP, UNSUBACK; the others have no body

export type OwnFrame = { -readonly [Key in keyof Frame]: Frame[Key] } & { headerSize: number };

/** Writes the first byte and the Remaining Length in its shortest form [2.2.3]. Returns the end. */
export function writeHeader(first: number, remainingLength: number, target: Uint8Array, at: number): number {
  target[at++] = first;
  while (remainingLength > 127) {
    target[at++] = (remainingLength & 127) | 128;
    remainingLength >>= 7;
  }
  target[at++] = remainingLength;
  return at;
}

/** Whether a packet may begin with this byte. */
export function isFirstByte(first: number): boolean {
  const type = first >> 4;
  if (type === PUBLISH) return (first & 6) !== 6 && (first & 14) !== 8;
  return has(KNOWN, type) === 1 && (first & 15) === has(WITH_FLAG_1, type) * 2;
}

/** Whether a packet of this type can have a body of this many bytes. */
export function isBodySize(type: number, size: number): boolean {
  return has(OF_ANY_SIZE, type) === 1 || size === has(OF_TWO_BYTES, type) * 2;
}

/** Throws for a header that the two functions above have refused. */
export function refuseHeader(frame: OwnFrame): never {
  const { type, flags, start, end } = frame;
  const first = start - frame.headerSize;
  if (!has(KNOWN, type)) fail(frame, 'bad-packet-type', first, UNNUMBERED);
  if (type === PUBLISH) {
    if ((flags & 6) === 6) fail(frame, 'bad-qos', first, '3.3.1-4');
    fail(frame, 'bad-flags', first, '3.3.1-2');
  }
  if (flags !== has(WITH_FLAG_1, type) * 2) {
    const section = type === DISCONNECT || has(WITH_FLAG_1, type) ? `3.${type}.1-1` : '2.2.2-2';
    fail(frame, 'bad-flags', first, section);
  }
  fail(frame, end - start > has(OF_TWO_BYTES, type) * 2 ? 'trailing-bytes' : 'truncated', first + 1, UNNUMBERED);
}

function has(set: number, type: number): number {
  return (set >> type) & 1;
}
