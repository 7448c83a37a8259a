const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function hexOf(bytes: Uint8Array, separator = ''): string {
  return Array.from(bytes, (byte) => DIGITS[byte]).join(separator);
}

/** The bytes of an even number of hex digits and nothing else. */
export function bytesOfHex(digits: string): Uint8Array {
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) =>
    Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16),
  );
}

export function isHex(text: string): boolean {
  return /^[0-9a-f]+$/i.test(text);
}
