import { percentDecode, splitQuery } from './percent-decode.ts';

export type Hmac = (key: Uint8Array, text: string) => Uint8Array;

/** A shared access signature, taken apart but not believed. */
export interface SasToken {
  /** As written: the signature is over these characters, whatever their encoding. */
  readonly resource: string;
  readonly signature: Uint8Array;
  /** As written, for the same reason. */
  readonly expiry: string;
  readonly keyName: string | undefined;
}

export interface SasCheck {
  readonly idScope: string;
  readonly registrationId: string;
  /** Any one of them may have signed. */
  readonly keys: readonly Uint8Array[];
  readonly nowSeconds: number;
  readonly hmac: Hmac;
}

const PREFIX = 'SharedAccessSignature ';

/** Reads `SharedAccessSignature sr=…&sig=…&se=…&skn=…` in any order. A string is the reason why it cannot be one. */
export function parseSasToken(text: string): SasToken | string {
  if (!text.startsWith(PREFIX)) return 'the password does not start with "SharedAccessSignature "';
  const fields = new Map<string, string>();
  for (const [key, value] of splitQuery(text.slice(PREFIX.length))) {
    if (fields.has(key)) return `the token has ${key} twice`;
    fields.set(key, value);
  }
  const resource = fields.get('sr');
  const signatureText = percentDecode(fields.get('sig') ?? '');
  const expiry = fields.get('se');
  if (resource === undefined) return 'the token has no sr';
  if (signatureText === undefined || signatureText === '') return 'the token has no readable sig';
  if (expiry === undefined || !/^\d{1,15}$/.test(expiry)) return 'se of the token is not a number of seconds';
  const signature = decodeBase64(signatureText);
  if (signature?.length !== 32) return 'sig of the token is not the base64 of 32 bytes';
  return { resource, signature, expiry, keyName: fields.get('skn') };
}

/** Undefined when the token is good; else the reason, which the service does not tell its devices. */
export function findSasFault(token: SasToken, check: SasCheck): string | undefined {
  const expected = `${check.idScope}/registrations/${check.registrationId}`;
  const resource = percentDecode(token.resource);
  if (resource?.toLowerCase() !== expected.toLowerCase())
    return `sr of the token is "${resource}", expected "${expected}"`;
  // Python leaves skn out and Java leaves it empty.
  if (token.keyName !== undefined && token.keyName !== '' && token.keyName !== 'registration') {
    return `skn of the token is "${token.keyName}", expected "registration"`;
  }
  if (!check.keys.some((key) => isSignedBy(token, key, check.hmac)))
    return 'the signature does not match any key of the enrollment';
  if (Number(token.expiry) <= check.nowSeconds) {
    return `the token expired ${Math.ceil(check.nowSeconds - Number(token.expiry))} s ago`;
  }
  return undefined;
}

/** Undefined unless the text is base64 with its padding. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return undefined;
  return Buffer.from(text, 'base64');
}

export function isSignedBy(token: SasToken, key: Uint8Array, hmac: Hmac): boolean {
  const expected = hmac(key, `${token.resource}\n${token.expiry}`);
  // All 32 bytes, wherever the first difference lies: the time taken says nothing about it.
  let difference = 0;
  for (let i = 0; i < expected.length; i++) difference |= (expected[i] ?? 0) ^ (token.signature[i] ?? 0);
  return difference === 0;
}
