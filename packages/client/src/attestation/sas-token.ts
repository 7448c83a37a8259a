import { isIdScope, isRegistrationId } from '../azure/ids.ts';
import { sasResource, sasStringToSign, sasToken } from '../azure/sas.ts';
import { ProvisioningError, refuse } from '../dps/error.ts';
import { bytesOf, wrong } from '../values.ts';
import type { FileContent } from './attestation.ts';
import { hmac } from './shared-key.ts';

/** Returns the HMAC-SHA256 of the bytes, 32 bytes, made where the key is held (HSM, TPM). */
export type Sign = (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** The device that a SAS token is for, and how long it is valid. */
export interface SasTokenRequest {
  readonly idScope: string;
  readonly registrationId: string;
  /** Seconds since 1970 at which the token ends. */
  readonly expiry: number;
}

/**
 * Makes the MQTT password of a device at DPS: a string with `key` (base64), a promise of one with `sign`.
 *
 * @example
 * const expiry = Math.floor(Date.now() / 1000) + 3600;
 * const password = createSasToken({ idScope: '0ne00ABCDEF', registrationId: 'sensor-17', expiry, key });
 */
export function createSasToken(request: SasTokenRequest & { readonly key: FileContent }): string;
export function createSasToken(request: SasTokenRequest & { readonly sign: Sign }): Promise<string>;
export function createSasToken(
  request: SasTokenRequest & { readonly key?: FileContent; readonly sign?: Sign },
): string | Promise<string> {
  const { idScope, registrationId, expiry, key, sign } = Object(request) as typeof request;
  if (!isIdScope(idScope)) refuse('idScope', wrong(idScope));
  if (!isRegistrationId(registrationId)) refuse('registrationId', wrong(registrationId));
  if (!Number.isFinite(expiry)) refuse('expiry', wrong(expiry));
  const given = { idScope, registrationId, expiry };
  // A missing key is refused by the function that reads keys.
  return sign ? tokenBySigner(given, sign) : tokenByKey(given, key as FileContent);
}

/** The token that this key signs. Throws ProvisioningError `invalid-options` when it is no key. */
export function tokenByKey({ idScope, registrationId, expiry }: SasTokenRequest, key: FileContent): string {
  const resource = sasResource(idScope, registrationId);
  return sasToken(resource, hmac(key, sasStringToSign(resource, expiry)), expiry);
}

/** The token that a signer outside of this process signs. Rejects with what the signer throws, or as `signed` does. */
export async function tokenBySigner({ idScope, registrationId, expiry }: SasTokenRequest, sign: Sign): Promise<string> {
  const resource = sasResource(idScope, registrationId);
  return sasToken(resource, await signed(sign, sasStringToSign(resource, expiry)), expiry);
}

/** Turns a signature into base64. Throws ProvisioningError `invalid-options` when it is not 32 bytes. */
export async function signed(sign: Sign, text: string): Promise<string> {
  let cause: unknown;
  try {
    const signature = bytesOf(await sign(new TextEncoder().encode(text)));
    if (signature?.length === 32) return Buffer.from(signature).toString('base64');
  } catch (error) {
    cause = error;
  }
  const message = 'the signer did not return the 32 bytes of an HMAC-SHA256';
  throw new ProvisioningError('invalid-options', 'options', message, { cause });
}
