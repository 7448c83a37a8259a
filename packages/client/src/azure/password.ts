import { encodeUtf8 } from '@mote/codec';
import { encodeBase64 } from './base64.ts';
import type { HubIdentity } from './hub-identity.ts';
import { hubSasResource, hubSasToken, sasText } from './hub-sas.ts';
import { sasResource, sasStringToSign, sasToken } from './sas.ts';
import { hmacSha256 } from './sha256.ts';

/** Key and times of a password. */
export interface SasSigning {
  /** The key as bytes, so decoded from base64. It stays the caller's, who may wipe it afterwards. */
  readonly key: Uint8Array;
  /** End of the token, seconds since 1970. A device without a clock has to ask for the time before it connects. */
  readonly expiry: number;
}

/**
 * The MQTT password of a device at DPS, for an engine without crypto functions. One hour is long enough: the service checks it once,
 * when the device registers. With a key that is held elsewhere, sign `sasStringToSign` there and write `sasToken`.
 *
 * @example
 * const password = dpsPassword({ idScope: '0ne00ABCDEF', registrationId: 'sensor-17', key: decodeBase64(key)!, expiry: 1800000000 });
 */
export function dpsPassword(
  fields: SasSigning & { readonly idScope: string; readonly registrationId: string },
): string {
  const { idScope, registrationId, expiry } = fields;
  const resource = sasResource(idScope, registrationId);
  return sasToken(resource, signed(fields, sasStringToSign(resource, expiry)), expiry);
}

/**
 * The MQTT password of a device or module at its hub. The hub closes the connection when the token ends.
 *
 * @example
 * const password = hubPassword({ hostName, deviceId: 'sensor-17', key: decodeBase64(key)!, expiry: 1800000000 });
 */
export function hubPassword(fields: SasSigning & HubIdentity & { readonly hostName: string }): string {
  const { hostName, expiry } = fields;
  const resource = hubSasResource(hostName, fields);
  return hubSasToken({ resource, signatureBase64: signed(fields, sasText({ resource, expiry })), expiry });
}

/**
 * The key of one device of an enrollment group, 32 bytes. Upper and lower case of the registration id count.
 *
 * @example
 * const ofDevice = deviceKey(decodeBase64(masterKey)!, 'sensor-17');
 */
export function deviceKey(groupKey: Uint8Array, registrationId: string): Uint8Array {
  return hmacOf(groupKey, registrationId);
}

/** Throws for a time that no clock can mean: the service would answer 401, and not say why. */
function signed({ key, expiry }: SasSigning, text: string): string {
  // In milliseconds the year 2001 and all later ones have thirteen digits.
  if (!(expiry % 1 === 0 && expiry > 0 && expiry < 1e12))
    throw new TypeError(`expiry: whole seconds since 1970 are needed, not ${Number(expiry)}`);
  return encodeBase64(hmacOf(key, text));
}

/** Throws for a key that is no bytes, which would count as zeros or as no key, and at half a surrogate pair, which no valid id holds. */
function hmacOf(key: Uint8Array, text: string): Uint8Array {
  if (!ArrayBuffer.isView(key))
    throw new TypeError(
      `key: a Uint8Array is needed, not ${typeof key}: decodeBase64 gives it, and undefined for other text`,
    );
  const bytes = encodeUtf8(text);
  if (bytes === undefined) throw new Error('text with a lone surrogate cannot be signed');
  return hmacSha256(key, bytes);
}
