import { decodeBase64, pairsOf, percentDecode, readSasToken, type SasToken, sasText } from '@mote/client/azure';

/** HMAC-SHA256 of a text in UTF-8. The service core has no node:crypto, so it is given. */
export type Hmac = (key: Uint8Array, text: string) => Uint8Array;

/** The fields of a SAS token that was read but not verified. */
export interface ReadToken extends SasToken {
  readonly signature: Uint8Array;
}

/** Reads `SharedAccessSignature sr=…&sig=…&se=…&skn=…`, fields in any order. A string is the reason why it is not a token. */
export function parseSasToken(text: string): ReadToken | string {
  const token = readSasToken(text);
  if (token === undefined) return reasonOf(text);
  const signature = decodeBase64(token.signatureBase64);
  return signature?.length === 32 ? { ...token, signature } : 'sig of the token is not the base64 of 32 bytes';
}

const PREFIX = 'SharedAccessSignature ';
const FIELDS: readonly string[] = ['sr', 'sig', 'se', 'skn'];

/** Says what is wrong with a text that is not a token. */
function reasonOf(text: string): string {
  if (!text.startsWith(PREFIX)) return `the password does not start with "${PREFIX}"`;
  const pairs = pairsOf(text.slice(PREFIX.length));
  const fields = new Map(pairs);
  if (fields.size < pairs.length) {
    const seen = new Set<string>();
    const [name] = pairs.find(([one]) => seen.size === seen.add(one).size) ?? [''];
    // Only names that a token has are shown: anything else may be a key in the wrong place.
    return `the token has ${FIELDS.includes(name) ? name : 'a field'} twice`;
  }
  if (!fields.get('sr')) return 'the token has no sr';
  if (percentDecode(fields.get('sr') ?? '') === undefined) return 'sr of the token cannot be read';
  if (!fields.get('sig') || percentDecode(fields.get('sig') ?? '') === undefined)
    return 'the token has no readable sig';
  if (/^\d{13,}$/.test(fields.get('se') ?? ''))
    return 'se of the token is too large: it counts seconds since 1970, not milliseconds';
  if (!/^\d{1,12}$/.test(fields.get('se') ?? '')) return 'se of the token is not a number of seconds';
  return 'the token holds a blank, or an escape that cannot be read';
}

/** Compares all 32 bytes, so that the time taken does not show where the first difference is. */
export function isSignedBy(token: ReadToken, key: Uint8Array, hmac: Hmac): boolean {
  const expected = hmac(key, sasText(token));
  let difference = 0;
  for (let i = 0; i < expected.length; i++) difference |= (expected[i] ?? 0) ^ (token.signature[i] ?? 0);
  return difference === 0;
}
