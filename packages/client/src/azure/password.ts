import { encodeUtf8 } from '@mote/codec';
import { encodeBase64 } from './base64.ts';
import type { HubIdentity } from './hub-identity.ts';
import { hubSasResource, hubSasToken, sasText } from './hub-sas.ts';
import { sasResource, sasStringToSign, sasToken } from './sas.ts';
import { hmacSha256 } from './sha256.ts';

/** What a password is made with. */
export interface SasSigning {
  /** The key itself: base64 that has been decoded. It stays the caller's, who may wipe it afterwards. */
  readonly key: Uint8Array;
  /** Seconds since 1970, of the caller's clock: a device without one asks for the time before it connects. */
  readonly expiry: number;
}

/**
 * The MQTT password of a device at DPS, for an engine without a crypto of its own. An hour of life is plenty: it is looked at once,
 * when the device registers. With a key that is held elsewhere, sign `sasStringToSign` there and write `sasToken`.
 */
export function dpsPassword(
  fields: SasSigning & { readonly idScope: string; readonly registrationId: string },
): string {
  const { idScope, registrationId, key, expiry } = fields;
  const resource = sasResource(idScope, registrationId);
  return sasToken(resource, signed(key, sasStringToSign(resource, expiry)), expiry);
}

/** The MQTT password of a device or module at its hub, which closes the connection when it ends. */
export function hubPassword(fields: SasSigning & HubIdentity & { readonly hostName: string }): string {
  const { hostName, key, expiry } = fields;
  const resource = hubSasResource(hostName, fields);
  return hubSasToken({ resource, signatureBase64: signed(key, sasText({ resource, expiry })), expiry });
}

/** The key of one device of an enrollment group, 32 bytes. The registration id counts as it is written, in its letter case too. */
export function deviceKey(groupKey: Uint8Array, registrationId: string): Uint8Array {
  return hmacSha256(groupKey, bytesOfText(registrationId));
}

function signed(key: Uint8Array, text: string): string {
  return encodeBase64(hmacSha256(key, bytesOfText(text)));
}

/** A lone surrogate, which no id has, cannot be written. */
function bytesOfText(text: string): Uint8Array {
  const bytes = encodeUtf8(text);
  if (bytes === undefined) throw new Error('text with a lone surrogate cannot be signed');
  return bytes;
}
