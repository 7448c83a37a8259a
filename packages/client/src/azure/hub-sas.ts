import type { HubIdentity } from './hub-identity.ts';
import { pairsOf, percentDecode, percentEncode } from './percent.ts';
import { sasStringToSign } from './sas.ts';

/**
 * The resource of a token, `{hostName}%2Fdevices%2F{deviceId}`: the text of `sr`, which is signed exactly so.
 *
 * @example
 * hubSasResource('h.azure-devices.net', { deviceId: 'sensor-17' }); // 'h.azure-devices.net%2Fdevices%2Fsensor-17'
 */
export function hubSasResource(hostName: string, { deviceId, moduleId }: HubIdentity): string {
  const module = moduleId === undefined ? '' : `/modules/${moduleId}`;
  return percentEncode(`${hostName}/devices/${deviceId}${module}`);
}

/** The parts of a SAS token for a hub. */
export interface HubSasFields {
  /** What the token is for: see `hubSasResource`. */
  readonly resource: string;
  /** HMAC-SHA256 of `sasText`, as base64. */
  readonly signatureBase64: string;
  /** End of the token, seconds since 1970. */
  readonly expiry: number;
  /** The hub's policy whose key has signed. Undefined when the device's own key has. */
  readonly policyName?: string | undefined;
}

/**
 * Writes a token, `SharedAccessSignature sr=…&sig=…&se=…[&skn=…]`, in the order that all SDKs send to a hub.
 *
 * @example
 * const resource = hubSasResource(hostName, { deviceId: 'sensor-17' });
 * const signature = await hsm.hmac(new TextEncoder().encode(sasText({ resource, expiry: 1800000000 })));
 * const password = hubSasToken({ resource, signatureBase64: encodeBase64(signature), expiry: 1800000000 });
 */
export function hubSasToken({ resource, signatureBase64, expiry, policyName }: HubSasFields): string {
  const policy = policyName === undefined ? '' : `&skn=${percentEncode(policyName)}`;
  return `SharedAccessSignature sr=${resource}&sig=${percentEncode(signatureBase64)}&se=${expiry}${policy}`;
}

/** A SAS token, read. Its signature is not checked. */
export interface SasToken {
  /** `sr` as it was sent. The signature covers this text. */
  readonly resource: string;
  /** `sr`, percent-decoded. */
  readonly path: string;
  /** The signature, as base64. */
  readonly signatureBase64: string;
  /** When the token ends: seconds since 1970. */
  readonly expiry: number;
  /** The policy whose key has signed; undefined for the device's own key. */
  readonly policyName: string | undefined;
}

/**
 * Reads a token, fields in any order. Undefined when a field is missing, comes twice or cannot be decoded. A bare `+` in `sig` is a plus.
 *
 * @example
 * const { path, expiry } = readSasToken('SharedAccessSignature sr=h%2Fdevices%2Fa&sig=AAA%3D&se=1800000000')!;
 */
export function readSasToken(text: string): SasToken | undefined {
  const [, fields] = /^SharedAccessSignature (\S+)$/.exec(text) ?? [];
  if (fields === undefined) return undefined;
  const pairs = pairsOf(fields);
  const found = new Map(pairs);
  const [resource, rawSignature, se, skn] = ['sr', 'sig', 'se', 'skn'].map((name) => found.get(name));
  if (found.size < pairs.length || !resource || !rawSignature || !/^\d{1,12}$/.test(se ?? '')) return undefined;
  const path = percentDecode(resource);
  const signatureBase64 = percentDecode(rawSignature);
  const policyName = skn == null ? undefined : percentDecode(skn);
  if (path === undefined || signatureBase64 === undefined) return undefined;
  return { resource, path, signatureBase64, expiry: Number(se), policyName };
}

/**
 * The text that the HMAC-SHA256 covers.
 *
 * @example
 * sasText({ resource: 'h%2Fdevices%2Fa', expiry: 1800000000 }); // 'h%2Fdevices%2Fa\n1800000000'
 */
export function sasText({ resource, expiry }: Pick<SasToken, 'resource' | 'expiry'>): string {
  return sasStringToSign(resource, expiry);
}

/**
 * True when a token for `path` is valid for a resource: for the same path or one above it, by whole segments. Host names are compared
 * without case.
 *
 * @example
 * covers('h/devices/a', 'h', { deviceId: 'a', moduleId: 'm' }); // true
 * covers('h/devices/a', 'h', { deviceId: 'b' }); // false
 */
export function covers(path: string, hostName: string, { deviceId, moduleId }: HubIdentity): boolean {
  const [host = '', ...segments] = path.replace(/\/$/, '').split('/');
  const wanted = ['devices', deviceId, ...(moduleId === undefined ? [] : ['modules', moduleId])];
  return host.toLowerCase() === hostName.toLowerCase() && segments.every((segment, i) => segment === wanted[i]);
}
