const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Map(Array.from(ALPHABET, (character, value) => [character, value]));

/**
 * The bytes of base64, standard or URL-safe, with or without padding. Undefined for any other text. The unused bits at the end must be
 * 0, as every encoder writes them: so fewer words of a text are taken for base64.
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
