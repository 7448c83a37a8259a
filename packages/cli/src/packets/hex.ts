// A table: captures have a megabyte, and each of its bytes is written several times.
const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Bytes in hex, two small digits each. */
export function hexOf(bytes: Uint8Array, separator = ''): string {
  return Array.from(bytes, (byte) => DIGITS[byte]).join(separator);
}

/** The bytes of a text that is an even number of hex digits. The caller has checked that. */
export function bytesOfHex(digits: string): Uint8Array {
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) =>
    Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16),
  );
}

/** Whether a text is hex digits only, at least one. */
export function isHex(text: string): boolean {
  return /^[0-9a-f]+$/i.test(text);
}
