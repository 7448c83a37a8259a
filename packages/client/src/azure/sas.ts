/** `{idScope}%2Fregistrations%2F{registrationId}`: the form the service documents, of the four in use. */
export function sasResource(idScope: string, registrationId: string): string {
  return encodeURIComponent(`${idScope}/registrations/${registrationId}`);
}

/** What the HMAC-SHA256 is taken of: `{resource}`, a line feed, `{expiry}`. */
export function sasStringToSign(resource: string, expiry: number): string {
  return `${resource}\n${expiry}`;
}

/** `SharedAccessSignature sr={resource}&sig={signature}&se={expiry}&skn=registration` */
export function sasToken(resource: string, signatureBase64: string, expiry: number): string {
  return `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signatureBase64)}&se=${expiry}&skn=registration`;
}
