import { createHmac } from 'node:crypto';
import { ProvisioningError } from '../core/error.ts';

/** HMAC-SHA256 in base64, under a base64 key. Throws ProvisioningError `invalid-options`. */
export function hmac(key: string, text: string): string {
  return createHmac('sha256', keyBytes(key)).update(text).digest('base64');
}

/** Throws ProvisioningError `invalid-options`, without the key in it. */
export function keyBytes(key: string): Buffer {
  if (typeof key !== 'string' || !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(key)) {
    throw new ProvisioningError('invalid-options', 'options', 'the key is not base64');
  }
  const bytes = Buffer.from(key, 'base64');
  if (bytes.length < 16 || bytes.length > 64) {
    throw new ProvisioningError('invalid-options', 'options', `the key has ${bytes.length} bytes, not 16 to 64`);
  }
  return bytes;
}
