/** What of a SAS token must not be shown: all of it, and its signature in both forms. */
export function secretsOf(token: string | undefined): readonly string[] {
  const signature = token === undefined ? undefined : /&sig=([^&]+)/.exec(token)?.[1];
  return token === undefined || signature === undefined ? [] : [token, signature, decodeURIComponent(signature)];
}

/** The text with secrets masked: a hostile peer may put what we sent it into its own words. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((masked, secret) => masked.split(secret).join('***'), text);
}
