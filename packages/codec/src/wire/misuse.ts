import { type CodecErrorCode, EncodeError } from '../error.ts';

// Mistakes of our own caller: a packet that MQTT forbids is an EncodeError, a value of the wrong JavaScript type is a TypeError. Both
// name the field and what was found there.

/** Throws an EncodeError. `detail` names the field; `statement` is without `MQTT-`. */
export function refuse(code: CodecErrorCode, detail: string, statement?: string): never {
  throw new EncodeError(code, `: ${detail}`, statement);
}

/** Throws for a value of the wrong JavaScript type. Without this check it would be written as zeros, and nobody would notice. */
export function needs(field: string, what: string, value: unknown, Kind: ErrorConstructor = TypeError): never {
  throw new Kind(`${field}: ${what} is needed, not ${shown(value)}`);
}

/** A value for an error message: a number as it is, of all else only the type. A text may be a secret. */
export function shown(value: unknown): string {
  const kind = typeof value;
  return value == null || kind === 'number' ? `${value}` : `${kind === 'object' ? 'an' : 'a'} ${kind}`;
}

/** Returns the value if it is a Uint8Array, also of another realm. Throws a TypeError otherwise. */
export function requireBytes(field: string, value: Uint8Array | undefined): Uint8Array {
  // `isView` refuses a Proxy, which `instanceof` accepts. An array of another realm is no instance of our Uint8Array; its tag is the same.
  if (ArrayBuffer.isView(value) && (value instanceof Uint8Array || {}.toString.call(value) === '[object Uint8Array]')) {
    return value;
  }
  return needs(field, 'a Uint8Array', value);
}

/** Returns the value if it is a whole number within limits of 32 bits. Throws an EncodeError otherwise. */
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

/** Returns a Packet Identifier, 1 to 65,535. Throws an EncodeError for any other value [MQTT-2.3.1-1]. */
export function requirePacketId(packetId: number | undefined): number {
  return requireNumber('bad-packet-id', 'packetId', packetId, 1, 65535, '2.3.1-1');
}

/** Checks a limit or an offset: throws a RangeError unless it is a whole number from `least` to `most`. */
export function requireWhole(field: string, value: number, least: number, most: number): void {
  if (!isWhole(value, least, most)) needs(field, `a whole number from ${least} to ${most}`, value, RangeError);
}

function isWhole(value: number | undefined, least: number, most: number): value is number {
  return typeof value === 'number' && value >>> 0 === value && value >= least && value <= most;
}
