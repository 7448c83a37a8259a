/**
 * Masks what a hostile peer may put of ours into its own words: a SAS token whole, its signature in both forms, and the CSR,
 * which is not to be seen in traces.
 */
export function secretMask(token = '', csr = ''): (text: string) => string {
  const signature = /&sig=([^&]+)/.exec(token)?.[1] ?? '';
  const secrets = [token, signature, decodeURIComponent(signature), csr].filter((secret) => secret !== '');
  return (text) => secrets.reduce((masked, secret) => masked.split(secret).join('***'), text);
}
