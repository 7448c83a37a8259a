/** The resource of a token, `{idScope}%2Fregistrations%2F{registrationId}`: of four forms in use, the one that the service documents. */
export function sasResource(idScope: string, registrationId: string): string {
  return encodeURIComponent(`${idScope}/registrations/${registrationId}`);
}

/** The text that the HMAC-SHA256 covers: `{resource}`, a line feed, `{expiry}`. */
export function sasStringToSign(resource: string, expiry: number): string {
  return `${resource}\n${expiry}`;
}

/** Writes a token: `SharedAccessSignature sr={resource}&sig={signature}&se={expiry}&skn=registration`. */
export function sasToken(resource: string, signatureBase64: string, expiry: number): string {
  return `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signatureBase64)}&se=${expiry}&skn=registration`;
}
