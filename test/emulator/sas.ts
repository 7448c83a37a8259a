import { createHmac } from 'node:crypto';

export interface TokenFields {
  readonly idScope: string;
  readonly registrationId: string;
  /** Base64. */
  readonly key: string;
  /** As it is written into `sr`; raw slashes when left out. */
  readonly encode?: (resource: string) => string;
  /** Left out of the token when undefined. */
  readonly keyName?: string | undefined;
  /** Seconds; the year 2100 when left out. */
  readonly expiry?: number;
  readonly order?: readonly ('sr' | 'sig' | 'se' | 'skn')[];
}

/** A SAS token built from node:crypto alone, so that it cannot share a mistake with the code under test. */
export function sasToken(fields: TokenFields): string {
  const { idScope, registrationId, key, encode = (text) => text, expiry = 4_102_444_800 } = fields;
  const sr = encode(`${idScope}/registrations/${registrationId}`);
  const sig = createHmac('sha256', Buffer.from(key, 'base64')).update(`${sr}\n${expiry}`).digest('base64');
  const skn = 'keyName' in fields ? fields.keyName : 'registration';
  const parts = { sr, sig: encodeURIComponent(sig), se: String(expiry), skn };
  const order = fields.order ?? ['sr', 'sig', 'se', 'skn'];
  const pairs = order.filter((name) => parts[name] !== undefined).map((name) => `${name}=${parts[name]}`);
  return `SharedAccessSignature ${pairs.join('&')}`;
}

export const deriveKey = (groupKey: string, registrationId: string): string =>
  createHmac('sha256', Buffer.from(groupKey, 'base64')).update(registrationId).digest('base64');

/** The four ways in which official SDKs write `sr`. */
export const ENCODINGS: Readonly<Record<string, (resource: string) => string>> = {
  'raw slashes (Node, Java)': (text) => text,
  '%2F (Python, C#)': (text) => encodeURIComponent(text),
  '%2f (C)': (text) => encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, (triplet) => triplet.toLowerCase()),
  'lower-cased, %2F (identity service)': (text) => encodeURIComponent(text.toLowerCase()),
};
