import { type Frame, fail } from '../frame.ts';
import { DISCONNECT, PUBLISH } from '../packet-type.ts';

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
    target[at++] = remainingLength | 128;
    remainingLength >>= 7;
  }
  target[at++] = remainingLength;
  return at;
}

export const ANY_SIZE = 255;
export const NO_PACKET = 254;

/** For each first byte: how long its body must be, ANY_SIZE, or NO_PACKET: none may begin with it. */
export const RULES: Uint8Array = /* @__PURE__ */ makeRules();

function makeRules(): Uint8Array {
  const rules = new Uint8Array(256);
  for (let first = 0; first < 256; first++) {
    const type = first >> 4;
    const isAllowed =
      type === PUBLISH
        ? (first & 6) !== 6 && (first & 14) !== 8
        : has(KNOWN, type) && (first & 15) === has(WITH_FLAG_1, type) * 2;
    rules[first] = !isAllowed ? NO_PACKET : has(OF_ANY_SIZE, type) ? ANY_SIZE : has(OF_TWO_BYTES, type) * 2;
  }
  return rules;
}

/** Throws for a header that breaks its rule. A `remainingLength` of -1 is not known yet. */
export function checkHeader(frame: OwnFrame, remainingLength: number): void {
  const { type, flags, start, headerSize } = frame;
  const first = start - headerSize;
  if (!has(KNOWN, type)) fail(frame, 'bad-packet-type', first);
  if (type === PUBLISH) {
    if ((flags & 6) === 6) fail(frame, 'bad-qos', first, '3.3.1-4');
    fail(frame, 'bad-flags', first, '3.3.1-2');
  }
  if (flags !== has(WITH_FLAG_1, type) * 2) {
    fail(frame, 'bad-flags', first, type === DISCONNECT || has(WITH_FLAG_1, type) ? `3.${type}.1-1` : '2.2.2-2');
  }
  if (remainingLength >= 0) {
    fail(frame, remainingLength > has(OF_TWO_BYTES, type) * 2 ? 'trailing-bytes' : 'truncated', first + 1);
  }
}

function has(set: number, type: number): number {
  return (set >> type) & 1;
}
