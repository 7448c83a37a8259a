import { type CodecErrorCode, EncodeError } from '../error.ts';

// What our own caller did wrong: a packet that MQTT forbids is an EncodeError, a value of the wrong JavaScript type a TypeError.
// Both name the field and what was found in it.

/** Refuses our caller's packet. `detail` names the field; `statement` has no `MQTT-`. */
export function refuse(code: CodecErrorCode, detail: string, statement?: string): never {
  throw new EncodeError(code, `: ${detail}`, statement);
}

/** For a value of the wrong JavaScript type, which would be written as zeros without a word. */
export function needs(field: string, what: string, value: unknown, Kind: ErrorConstructor = TypeError): never {
  throw new Kind(`${field}: ${what} is needed, not ${shown(value)}`);
}

/** What a caller gave, to be named in an error. A text is not repeated: it may be a secret. */
export function shown(value: unknown): string {
  const kind = typeof value;
  return value == null || kind === 'number' ? `${value}` : `${kind === 'object' ? 'an' : 'a'} ${kind}`;
}

/** Returns the value if it is a Uint8Array, of whatever realm. */
export function requireBytes(field: string, value: Uint8Array | undefined): Uint8Array {
  // A Proxy of an array is an instance of its class, but no view of memory. What `instanceof` does not know may be of another realm.
  if (ArrayBuffer.isView(value) && (value instanceof Uint8Array || {}.toString.call(value) === '[object Uint8Array]')) {
    return value;
  }
  return needs(field, 'a Uint8Array', value);
}

/** Returns the value if it is a whole number within limits; 32 bits are as far as they go. */
export function requireNumber(
  code: CodecErrorCode,
  field: string,
  value: number | undefined,
  least: number,
  most: number,
  statement?: string,
): number {
  if (!isWhole(value, least, most)) refuse(code, `${field} ${shown(value)}`, statement);
  return value;
}

/** 0 is no Packet Identifier [MQTT-2.3.1-1]. Returns it. */
export function requirePacketId(packetId: number | undefined): number {
  return requireNumber('bad-packet-id', 'packetId', packetId, 1, 65535, '2.3.1-1');
}

/** Of limits and places in memory: a RangeError for all that is no whole number between these. */
export function requireWhole(field: string, value: number, least: number, most: number): void {
  if (!isWhole(value, least, most)) needs(field, `a whole number from ${least} to ${most}`, value, RangeError);
}

function isWhole(value: number | undefined, least: number, most: number): value is number {
  return typeof value === 'number' && value >>> 0 === value && value >= least && value <= most;
}
