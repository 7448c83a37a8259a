const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Map(Array.from(ALPHABET, (character, value) => [character, value]));

/**
 * The bytes of base64, standard or url, with its padding or without any; undefined when it is none. Bits that an encoder leaves 0
 * must be 0, so that a slip is not taken for bytes.
 */
export function bytesOfBase64(text: string): Uint8Array | undefined {
  const packed = text.replaceAll('-', '+').replaceAll('_', '/');
  const bare = packed.replace(/={1,2}$/, '');
  if (bare.length % 4 === 1 || !/^[A-Za-z0-9+/]*$/.test(bare)) return undefined;
  if (bare !== packed && packed.length % 4 !== 0) return undefined;
  const bytes = new Uint8Array((bare.length * 3) >> 2);
  let bits = 0;
  let count = 0;
  let at = 0;
  for (const character of bare) {
    bits = (bits << 6) | (VALUES.get(character) ?? 0);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes[at++] = bits >> count;
      bits &= (1 << count) - 1;
    }
  }
  return bits === 0 ? bytes : undefined;
}
