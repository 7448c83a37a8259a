import type { Attestation, FileContent } from './attestation.ts';
import { deriveDeviceKey } from './device-key.ts';
import { tokenByKey } from './sas-token.ts';
import { hmac, keyBytes } from './shared-key.ts';

/** What `symmetricKey` takes beside the key. */
export interface SymmetricKeyOptions {
  /** The secondary key, base64. It is tried on a new connection when the service answers 401 to the first key. */
  readonly secondaryKey?: FileContent | undefined;
}

/**
 * Attestation by the symmetric key of one device, base64.
 *
 * @example
 * const attestation = symmetricKey(key);
 */
export function symmetricKey(key: FileContent, options: SymmetricKeyOptions = {}): Attestation {
  const { secondaryKey } = Object(options) as SymmetricKeyOptions;
  const keys = secondaryKey === undefined ? [key] : [key, secondaryKey];
  return {
    type: 'symmetric-key',
    alternatives: keys.length,
    check: () => keys.forEach(keyBytes),
    password: (request) => tokenByKey(request, keys[request.alternative]!),
    sign: (text, _id, alternative) => hmac(keys[alternative]!, text),
  };
}

/**
 * Attestation by the key of an enrollment group, base64. The device's key is derived from it. Do not keep a group key on a device.
 *
 * @example
 * const attestation = groupKey(masterKey);
 */
export function groupKey(masterKey: FileContent): Attestation {
  return {
    type: 'group-key',
    alternatives: 1,
    check: () => void keyBytes(masterKey),
    password: (request) => tokenByKey(request, deriveDeviceKey(masterKey, request.registrationId)),
    sign: (text, registrationId) => hmac(deriveDeviceKey(masterKey, registrationId), text),
  };
}
