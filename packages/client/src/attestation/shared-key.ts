import { refuse } from '../dps/error.ts';
import { crypto } from '../node.ts';
import { bytesOf } from '../values.ts';
import type { FileContent } from './attestation.ts';

/** What editors, shells and files put around base64: white space, byte order marks in any encoding, the zeros of UTF-16. */
const AROUND_BASE64 = /[\s\0\p{Cf}\ufffd\xef\xbb\xbf\xff\xfe]|\\[rn]/gu;

/** Returns the HMAC-SHA256 of a text under a base64 key, base64. Throws ProvisioningError `invalid-options`. */
export function hmac(key: FileContent, text: string): string {
  return crypto().createHmac('sha256', keyBytes(key)).update(text).digest('base64');
}

/**
 * Reads a key and returns its bytes. It may be base64, as text or as the content of a file, also with the line breaks of
 * `openssl rand`, or 32 or 64 bytes that are not text. Throws ProvisioningError `invalid-options`, without the key in it.
 */
export function keyBytes(key: FileContent): Uint8Array {
  const given = bytesOf(key);
  if (given && isRawKey(given)) return given;
  const text = (given ? Buffer.from(given).toString() : typeof key === 'string' ? key : '').replace(AROUND_BASE64, '');
  const bytes = Buffer.from(text, 'base64');
  // Hex is base64 of other bytes, too. (Text without a digit is a key of a test.)
  const fits =
    /^(?=(.{4})*$)(?!(?=.*\d)[\da-f]*$)[a-z\d+/]*={0,2}$/i.test(text) && bytes.length > 15 && bytes.length < 65;
  return fits ? bytes : refuse('key', `base64 of 16 to 64 bytes, not ${text.length} characters`);
}

/** Lengths of raw keys: the service makes 64 bytes, HMAC-SHA256 makes 32. Bytes of another length are read as text. */
export function isRawKey(key: Uint8Array): boolean {
  return key.length % 32 === 0 && key.length <= 64 && /[^\s\0 -~]/.test(Buffer.from(key).toString('latin1'));
}
