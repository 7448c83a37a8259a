import { refuse } from '../dps/error.ts';
import { crypto } from '../node.ts';
import { bytesOf } from '../values.ts';
import type { Dressed } from './attestation.ts';

/** What editors, shells and files put around base64: white space, byte order marks however they were read, zeros of UTF-16. */
const AROUND_BASE64 = /[\s\0\ufeff\ufffd\xef\xbb\xbf\xff\xfe]|\\[rn]/g;

/** HMAC-SHA256 in base64, under a base64 key. Throws ProvisioningError `invalid-options`. */
export function hmac(key: Dressed, text: string): string {
  return crypto().createHmac('sha256', keyBytes(key)).update(text).digest('base64');
}

/**
 * The bytes of a key: base64, as text or as the bytes of a file, also with line breaks inside, which `openssl rand` writes; or, where
 * they are no text, the 32 or 64 bytes themselves. Throws ProvisioningError `invalid-options`, without the key in it.
 */
export function keyBytes(key: Dressed): Uint8Array {
  const given = bytesOf(key);
  if (given && isRawKey(given)) return given;
  const text = (given ? Buffer.from(given).toString() : key)?.toString().replace(AROUND_BASE64, '') ?? '';
  const bytes = Buffer.from(text, 'base64');
  const fits = /^(?=(.{4})*$)[a-z\d+/]*={0,2}$/i.test(text) && bytes.length > 15 && bytes.length < 65;
  return fits ? bytes : refuse('key', `base64 of 16 to 64 bytes, not ${text.length} characters`);
}

/** The two lengths that the service and HMAC-SHA256 make; of another length it is something else. */
export function isRawKey(key: Uint8Array): boolean {
  return key.length % 32 === 0 && key.length <= 64 && /[^\s\0 -~]/.test(Buffer.from(key).toString('latin1'));
}
