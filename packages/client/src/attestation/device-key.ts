import type { FileContent } from './attestation.ts';
import { hmac } from './shared-key.ts';

/**
 * The key of one device of an enrollment group, base64. Upper and lower case of the registration id count: the service ignores case,
 * but an HMAC does not. Throws ProvisioningError `invalid-options` when the master key is not a key.
 *
 * @example
 * const key = deriveDeviceKey(masterKey, 'sensor-17');
 */
export function deriveDeviceKey(masterKey: FileContent, registrationId: string): string {
  return hmac(masterKey, registrationId);
}
