import { type Explanation, explanation } from './explanation.ts';
import { DOCTOR, misunderstood, noCommon, SERVER } from './handshake-codes.ts';

const ownCertificate = (what: string, causes: readonly string[], fix: string): Explanation =>
  explanation(what, causes, DOCTOR, fix);

/** Alerts with which the server ends a handshake [RFC 8446 6], by the names of OpenSSL 3.0. */
export const TLS_ALERTS: Readonly<Record<string, Explanation>> = {
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: explanation(
    'The server found no way to shake hands.',
    ['the server wants a certificate', 'no common cipher'],
    SERVER,
    'Check the host; give `--cert` if the server demands one.',
  ),
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: noCommon('The server refuses our TLS version.', [
    'a server older than TLS 1.2',
  ]),
  ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY: noCommon('The server wants stronger ciphers than we offered.', [
    '`ciphers` in the TLS options',
    'a policy of this system',
  ]),
  ERR_SSL_TLSV1_ALERT_EXPORT_RESTRICTION: noCommon('The server speaks of the export rules of the nineties.', [
    'a server of long ago',
  ]),
  ERR_SSL_TLSV1_ALERT_INAPPROPRIATE_FALLBACK: noCommon(
    'The server suspects that somebody talked us down to an old TLS.',
    ['a proxy that opens TLS', 'somebody in the middle'],
  ),
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: ownCertificate(
    'The server does not know the authority of our certificate.',
    ['missing intermediates', 'an authority that is not uploaded to the service'],
    'Send the chain; upload and verify the authority.',
  ),
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: ownCertificate(
    'The server wants a certificate and got none.',
    ['a key was given where the server takes certificates only', '`--host` is another server'],
    'Give `--cert` and `--cert-key`; the provisioning service itself takes devices without one.',
  ),
  ERR_SSL_SSLV3_ALERT_NO_CERTIFICATE: ownCertificate(
    'The server wants a certificate and got none.',
    ['a key was given where the server takes certificates only'],
    'Give `--cert` and `--cert-key`.',
  ),
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: ownCertificate(
    'The server cannot read our certificate, or its signature is wrong.',
    ['a chain out of order', 'a damaged file'],
    'Put the device certificate first, each issuer below the one it issued.',
  ),
  ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE: ownCertificate(
    'The server does not take certificates of that kind.',
    ['not made for client authentication', 'a key or curve that the server does not know'],
    'Have it made with extendedKeyUsage = clientAuth, and RSA 2048 or P-256.',
  ),
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED: ownCertificate(
    'The authority has revoked our certificate.',
    ['the device was taken out of service', 'its key was lost or stolen'],
    'Ask whoever runs the authority; the device needs a new certificate.',
  ),
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: ownCertificate(
    'Our certificate, or one of its issuers, has expired or is not valid yet.',
    ['it was not renewed', 'the clock of whoever made it'],
    'Renew it.',
  ),
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: ownCertificate(
    'The server refuses our certificate and does not say why.',
    ['missing intermediates', 'dates', 'an authority that is not uploaded to the service'],
    'Send the chain; upload and verify the authority.',
  ),
  ERR_SSL_TLSV1_ALERT_ACCESS_DENIED: ownCertificate(
    'The server read our certificate and does not let us in.',
    ['an authority or device that is not enrolled', 'a proxy with rules of its own'],
    'Check the enrollment; ask who runs the proxy.',
  ),
  ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR: ownCertificate(
    'The server could not verify a signature of ours.',
    ['the private key does not belong to the certificate', 'an HSM or TPM that signs in another way'],
    'Give the key that the certificate was made for.',
  ),
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: explanation(
    'The server does not know the name that we dialled.',
    ['an alias of the host', 'an IP address in front of several servers'],
    'Compare `--host` with the name of the instance.',
    'Dial the name that the server knows.',
  ),
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: explanation(
    'The server speaks none of the protocols that were offered (ALPN).',
    ['`ALPNProtocols` in the TLS options', 'a web server on that port'],
    SERVER,
    'Leave `ALPNProtocols` out; check host and port.',
  ),
  ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR: explanation(
    'The server failed in the middle of the handshake.',
    ['a fault of the server', 'a server without a certificate for that name'],
    SERVER,
    'Try again; check the host.',
  ),
  ERR_SSL_TLSV1_ALERT_USER_CANCELLED: misunderstood('The server broke the handshake off.'),
  ERR_SSL_TLSV1_ALERT_NO_RENEGOTIATION: misunderstood('The server does not renegotiate.'),
  ERR_SSL_SSLV3_ALERT_UNEXPECTED_MESSAGE: misunderstood('The server did not expect what we sent.'),
  ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC: misunderstood('What we sent was changed on its way.'),
  ERR_SSL_TLSV1_ALERT_DECRYPTION_FAILED: misunderstood('The server could not decrypt what we sent.'),
  ERR_SSL_TLSV1_ALERT_RECORD_OVERFLOW: misunderstood('The server finds our record too long.'),
  ERR_SSL_SSLV3_ALERT_DECOMPRESSION_FAILURE: misunderstood('The server could not decompress what we sent.'),
  ERR_SSL_SSLV3_ALERT_ILLEGAL_PARAMETER: misunderstood('The server finds a field of our handshake out of range.'),
  ERR_SSL_TLSV1_ALERT_DECODE_ERROR: misunderstood('The server cannot read our handshake.'),
  ERR_SSL_TLSV13_ALERT_MISSING_EXTENSION: misunderstood('The server misses an extension in our handshake.'),
  ERR_SSL_TLSV1_UNSUPPORTED_EXTENSION: misunderstood('The server got an answer to an extension that it did not offer.'),
  ERR_SSL_TLSV1_CERTIFICATE_UNOBTAINABLE: misunderstood('The server could not fetch a certificate by its address.'),
  ERR_SSL_TLSV1_BAD_CERTIFICATE_STATUS_RESPONSE: misunderstood('The server finds a certificate status (OCSP) wrong.'),
  ERR_SSL_TLSV1_BAD_CERTIFICATE_HASH_VALUE: misunderstood('The server finds the hash of a certificate wrong.'),
  ERR_SSL_TLSV1_ALERT_UNKNOWN_PSK_IDENTITY: misunderstood('The server does not know a shared key that was offered.'),
};
