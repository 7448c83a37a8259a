/** So many characters of a signature in a row are as good as a part of the secret. */
const PART = 8;

/**
 * Masks what a hostile peer may put of ours into its own words: a SAS token whole, any part of its signature in both forms, and
 * the CSR whole, which is not to be seen in traces. Not parts of that: the certificate that is issued shares some with it.
 */
export function secretMask(token = '', csr = ''): (text: string) => string {
  const signature = /&sig=([^&]+)/.exec(token)?.[1] ?? '';
  const secrets = [token, csr].filter((secret) => secret !== '');
  const parts = new Set<string>();
  for (const form of [signature, decodeURIComponent(signature)])
    for (let i = 0; i + PART <= form.length; i++) parts.add(form.slice(i, i + PART));
  return (text) =>
    withoutParts(
      secrets.reduce((masked, secret) => masked.split(secret).join('***'), text),
      parts,
    );
}

function withoutParts(text: string, parts: ReadonlySet<string>): string {
  let masked = '';
  let from = 0;
  for (let at = 0; parts.size && at + PART <= text.length; at++) {
    if (!parts.has(text.slice(at, at + PART))) continue;
    masked += `${text.slice(from, at)}***`;
    from = at + PART;
    while (parts.has(text.slice(from - PART + 1, from + 1))) from++;
    at = from - 1;
  }
  return masked + text.slice(from);
}
