import { refuse } from '../dps/error.ts';
import { crypto } from '../node.ts';
import { asciiOf, bytesOf, type Dressed, isDressed } from './dress.ts';

/** HMAC-SHA256 in base64, under a base64 key. Throws ProvisioningError `invalid-options`. */
export function hmac(key: Dressed, text: string): string {
  return crypto().createHmac('sha256', keyBytes(key)).update(text).digest('base64');
}

/**
 * The bytes of a key: base64, as text or as the bytes of a file, also with line breaks inside, which `openssl rand` writes; or,
 * where they are no text, the 32 or 64 bytes themselves. Throws ProvisioningError `invalid-options`, without the key in it.
 */
export function keyBytes(key: Dressed): Buffer {
  if (!isDressed(key)) refuse('key', key === undefined ? 'is missing' : 'base64 text');
  if (typeof key !== 'string' && isRawKey(key)) return bytesOf(key);
  const text = asciiOf(key).replace(/\s/g, '');
  if (!/^(?=(.{4})*$)[a-z\d+/]*={0,2}$/i.test(text)) refuse('key', `not base64 (${text.length} characters)`);
  const bytes = Buffer.from(text, 'base64');
  const { length } = bytes;
  return length < 16 || length > 64
    ? refuse('key', length ? `${length} bytes; 16 to 64 are needed` : 'is empty')
    : bytes;
}

/** The two lengths that the service and HMAC-SHA256 make; of another length it is something else. */
export function isRawKey(key: ArrayBufferView): boolean {
  return (
    key.byteLength % 32 === 0 &&
    key.byteLength <= 64 &&
    /[^\s -~]/.test(bytesOf(key).toString('latin1').replace(/\0/g, ''))
  );
}
