import { matches } from '../core/dps/ids.ts';
import { crypto } from '../node.ts';
import { refuse } from '../refuse.ts';

/** HMAC-SHA256 in base64, under a base64 key. Throws ProvisioningError `invalid-options`. */
export function hmac(key: string, text: string): string {
  return crypto().createHmac('sha256', keyBytes(key)).update(text).digest('base64');
}

/** Throws ProvisioningError `invalid-options`, without the key in it. */
export function keyBytes(key: string): Buffer {
  const isBase64 = matches(key, /^(?=(.{4})*$)[a-z\d+/]*={0,2}$/i);
  const bytes = Buffer.from(isBase64 ? key : '', 'base64');
  return bytes.length < 16 || bytes.length > 64 ? refuse('key', 'base64 of 16 to 64 bytes') : bytes;
}
