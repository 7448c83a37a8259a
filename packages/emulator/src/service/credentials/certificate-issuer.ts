/**
 * Issues a certificate with CN = `registrationId` for a signing request (PKCS #10, DER): each certificate in DER, the device's own first.
 * A string is the reason of a refusal.
 */
export type CertificateIssuer = (request: Uint8Array, registrationId: string) => readonly Uint8Array[] | string;
