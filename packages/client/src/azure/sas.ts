/**
 * The resource of a token, `{idScope}%2Fregistrations%2F{registrationId}`: of four forms in use, the one that the service documents.
 *
 * @example
 * sasResource('0ne00ABCDEF', 'sensor-17'); // '0ne00ABCDEF%2Fregistrations%2Fsensor-17'
 */
export function sasResource(idScope: string, registrationId: string): string {
  return encodeURIComponent(`${idScope}/registrations/${registrationId}`);
}

/**
 * The text that the HMAC-SHA256 covers: `{resource}`, a line feed, `{expiry}`.
 *
 * @example
 * sasStringToSign('0ne00ABCDEF%2Fregistrations%2Fsensor-17', 1800000000); // '0ne00ABCDEF%2Fregistrations%2Fsensor-17\n1800000000'
 */
export function sasStringToSign(resource: string, expiry: number): string {
  return `${resource}\n${expiry}`;
}

/**
 * Writes a token: `SharedAccessSignature sr={resource}&sig={signature}&se={expiry}&skn=registration`.
 *
 * @example
 * const resource = sasResource('0ne00ABCDEF', 'sensor-17');
 * const signature = await hsm.hmac(new TextEncoder().encode(sasStringToSign(resource, 1800000000)));
 * const password = sasToken(resource, encodeBase64(signature), 1800000000);
 */
export function sasToken(resource: string, signatureBase64: string, expiry: number): string {
  return `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signatureBase64)}&se=${expiry}&skn=registration`;
}
