import { matches } from '../azure/ids.ts';
import { refuse } from '../dps/error.ts';
import { wrong } from '../values.ts';
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
  if (!matches(registrationId, /./)) refuse('registrationId', wrong(registrationId));
  return hmac(masterKey, registrationId);
}
