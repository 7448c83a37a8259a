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
export function requireBytes(field: string, value: Uint8Array): Uint8Array {
  // `instanceof` takes no time that could be measured. What it does not know may be an array of another realm.
  if (!(value instanceof Uint8Array) && Object.prototype.toString.call(value) !== '[object Uint8Array]') {
    needs(field, 'a Uint8Array', value);
  }
  return value;
}

/** Throws a RangeError for all that is no whole number within limits. */
export function requireWhole(field: string, value: number, least: number, most: number): void {
  if (typeof value !== 'number' || value >>> 0 !== value || value < least || value > most) {
    needs(field, `a whole number from ${least} to ${most}`, value, RangeError);
  }
}
