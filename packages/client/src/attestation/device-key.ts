import type { Dressed } from './attestation.ts';
import { hmac } from './shared-key.ts';

/**
 * The key of one device of an enrollment group, in base64. The registration id counts as it is written: the service ignores
 * its case, an HMAC does not. Throws ProvisioningError `invalid-options` when the master key cannot be one.
 */
export function deriveDeviceKey(masterKey: Dressed, registrationId: string): string {
  return hmac(masterKey, registrationId);
}
