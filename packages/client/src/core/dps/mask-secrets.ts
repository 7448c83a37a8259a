/** The text with the SAS token and its signature masked: a hostile peer may put what we sent it into its own words. */
export function maskSecrets(text: string | undefined, password: string | undefined): string | undefined {
  const signature = password === undefined ? undefined : /&sig=([^&]+)/.exec(password)?.[1];
  if (text === undefined || password === undefined || signature === undefined) return text;
  return [password, signature, decodeURIComponent(signature)].reduce(
    (masked, secret) => masked.split(secret).join('***'),
    text,
  );
}
