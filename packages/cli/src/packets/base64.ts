const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * The bytes of base64, standard or URL-safe, with or without padding. Undefined for any other text. The unused bits at the end must be
 * 0, as every encoder writes them: so fewer words of a text are taken for base64.
 */
export function bytesOfBase64(text: string): Uint8Array | undefined {
  const packed = text.replaceAll('-', '+').replaceAll('_', '/');
  const bare = packed.replace(/={1,2}$/, '');
  if (bare.length % 4 === 1 || !/^[A-Za-z0-9+/]*$/.test(bare)) return undefined;
  if (bare !== packed && packed.length % 4 !== 0) return undefined;
  return unpacked(bare, ALPHABET, 6);
}

/** The bytes of base32. Undefined for any other text. */
export function bytesOfBase32(text: string): Uint8Array | undefined {
  const bare = text.toUpperCase().replace(/=+$/, '');
  return /^[A-Z2-7]+$/.test(bare) ? unpacked(bare, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 5) : undefined;
}

/** The bytes of digits that stand for this many bits each. Undefined if the bits at the end are not 0. */
function unpacked(digits: string, alphabet: string, width: number): Uint8Array | undefined {
  const values = new Map(Array.from(alphabet, (character, value) => [character, value]));
  const bytes = new Uint8Array((digits.length * width) >> 3);
  let bits = 0;
  let count = 0;
  let at = 0;
  for (const digit of digits) {
    bits = (bits << width) | (values.get(digit) ?? 0);
    count += width;
    if (count >= 8) {
      count -= 8;
      bytes[at++] = bits >> count;
      bits &= (1 << count) - 1;
    }
  }
  return bits === 0 ? bytes : undefined;
}
