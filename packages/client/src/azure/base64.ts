const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * Base64 with padding, on one line [RFC 4648 4].
 *
 * @example
 * encodeBase64(Uint8Array.of(77, 111, 116, 101)); // 'TW90ZQ=='
 */
export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const three = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const left = bytes.length - i;
    text += ALPHABET[three >> 18]! + ALPHABET[(three >> 12) & 63]!;
    text += (left > 1 ? ALPHABET[(three >> 6) & 63]! : '=') + (left > 2 ? ALPHABET[three & 63]! : '=');
  }
  return text;
}

/**
 * Decodes base64 with padding. White space is skipped. Undefined for any other form, such as base64url or missing padding.
 *
 * @example
 * decodeBase64('TW90ZQ=='); // Uint8Array.of(77, 111, 116, 101)
 * decodeBase64('TW90ZQ'); // undefined
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const plain = text.replace(/\s/g, '');
  const [, digits = '', padding = ''] = /^([A-Za-z\d+/]*)(={0,2})$/.exec(plain) ?? ['', '!'];
  if (digits === '!' || plain.length % 4 !== 0) return undefined;
  const bytes = new Uint8Array((plain.length / 4) * 3 - padding.length);
  let bits = 0;
  for (let i = 0, at = 0; i < digits.length; i++) {
    bits = ((bits << 6) | ALPHABET.indexOf(digits[i]!)) & 0xffffff;
    if (i % 4 === 0) continue;
    bytes[at++] = bits >> (6 - 2 * (i % 4));
  }
  // The bits behind the last byte must be zero, since otherwise two texts would mean the same bytes [RFC 4648 3.5].
  return bits & ((1 << (padding.length * 2)) - 1) ? undefined : bytes;
}
