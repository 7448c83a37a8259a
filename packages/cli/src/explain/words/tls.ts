import type { Words } from '../explanation.ts';

/**
 * Errors of TLS in the words of OpenSSL, GnuTLS, mbed TLS, Schannel, Go, Java, .NET and rustls. What exactly is wrong with a certificate
 * is before the words that only say that one was refused.
 */
export const TLS_WORDS: Words = [
  [/certificate has expired or is not yet valid.*is before/i, 'CERT_NOT_YET_VALID'],
  [
    /certificate (?:has |is )?expired|CertificateExpiredException|not ?time ?valid|certificate: expired|SEC_E_CERT_EXPIRED|CERT_E_EXPIRED|current date after|validity check failed|ERR_CERT_DATE_INVALID/i,
    'CERT_HAS_EXPIRED',
  ],
  [
    /certificate (?:is )?not (?:yet )?(?:valid yet|valid|activated)\b(?! for)|certificate: not ?valid ?yet|current date before|NotYetValidException/i,
    'CERT_NOT_YET_VALID',
  ],
  [/certificate (?:is |has been )?revoked|certificate: revoked|CRYPT_E_REVOKED/i, 'CERT_REVOKED'],
  [
    /host ?name mismatch|ip address mismatch|name ?mismatch|does not match certificate's altnames|not in the cert's (?:list|altnames)|certificate is (?:not )?valid for|no subject alternative|no (?:alternative )?(?:certificate )?subject name matches|peer ?unverified|certificate: not ?valid ?for ?name|common name.{0,30}does not match|owner does not match|common name invalid|SEC_E_WRONG_PRINCIPAL|CERT_E_CN_NO_MATCH/i,
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ],
  [/self[- ]signed certificate in (?:the )?(?:certificate )?chain/i, 'SELF_SIGNED_CERT_IN_CHAIN'],
  [/self[- ]signed certificate/i, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  [/unable to verify the first certificate/i, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  [
    /unable to get local issuer|PKIX path building failed|valid certification path|trust anchor.{0,20}not found|signed by unknown authority|certificate signer not trusted|issuer is unknown|unknown ?issuer|partial ?chain|untrusted ?root|CERT_E_UNTRUSTEDROOT|not correctly signed by the trusted ca|no signer error|RemoteCertificateChainErrors|errSSLUnknownRootCert|errSSLNoRootCert|cert authority invalid/i,
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  ],
  [/unable to get issuer/i, 'UNABLE_TO_GET_ISSUER_CERT'],
  [/certificate signature failure/i, 'CERT_SIGNATURE_FAILURE'],
  [/(?:ee|certificate) key too (?:small|weak)/i, 'ERR_SSL_EE_KEY_TOO_SMALL'],
  [/md too weak|digest algorithm too weak/i, 'ERR_SSL_CA_MD_TOO_WEAK'],
  [/(?:cert\w{0,20}verify|PKCS1\w{0,20}):bad signature/i, 'ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR'],
  [
    /certificate verif(?:y|ication) failed|remote certificate (?:is invalid|was rejected)|x509 cert verify failed|problem with the (?:ssl ca|local ssl) cert|bad certificate was received/i,
    'ERR_SSL_CERTIFICATE_VERIFY_FAILED',
  ],
  [/key values mismatch|private key does not match/i, 'ERR_OSSL_X509_KEY_VALUES_MISMATCH'],
  [/bad base64 decode/i, 'ERR_OSSL_PEM_BAD_BASE64_DECODE'],
  [
    /asn1 encoding routines:[^:]{0,60}:(?:too long|wrong tag|header too long|not enough data|nested asn1 error)|algid parse error|InvalidKeySpec|no start line|\[PEM\] PEM lib|no certificate or crl found|could not load (?:pem|client) cert|unable to (?:load|set) (?:(?:server|client) )?(?:certificate|(?:private )?key)|could not (?:parse certificate|deserialize key data)/i,
    'ERR_OSSL_PEM_NO_START_LINE',
  ],
  [
    /bad decrypt|bad (?:passphrase|password read)|mac verify (?:error|failure)|(?:keystore|network) password (?:was|is) (?:incorrect|not correct)/i,
    'ERR_OSSL_BAD_DECRYPT',
  ],
  [/digital envelope routines:[^:]*:unsupported/i, 'ERR_OSSL_EVP_UNSUPPORTED'],
  [/decoder routines:[^:]{0,60}:unsupported/i, 'ERR_OSSL_UNSUPPORTED'],
  [
    /wrong version number|not look like a tls handshake|plaintext connection\?|not an ssl\/tls record|invalid content ?type|unexpected packet format|cannot determine the frame size|unrecognized SSL message|http (?:request|response)(?: was sent)? to (?:an? )?https/i,
    'ERR_SSL_WRONG_VERSION_NUMBER',
  ],
  [
    /no (?:common )?(?:shared )?cipher(?:s| suites)?(?: in common)?\b|no common encryption/i,
    'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
  ],
  [
    /unsupported protocol\b|no supported versions|protocol is disabled or cipher suites|SEC_E_UNSUPPORTED_FUNCTION/i,
    'ERR_SSL_UNSUPPORTED_PROTOCOL',
  ],
  [
    /(?:non ?properly terminated|unexpected eof while reading|ssl ?eof ?error|ssl error syscall|eof occurred in violation)/i,
    'ERR_SSL_UNEXPECTED_EOF_WHILE_READING',
  ],
  [/disconnected before secure TLS connection/i, 'ECONNRESET'],
  [/errSSLPeerBadCert/, 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE'],
  [/errSSLPeerUnknownCA/, 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'],
  [/errSSL(?:PeerHandshakeFail|Negotiation)/, 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'],
  [/handshake failure/i, 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'],
];

/** Words that only say that a handshake failed. They are tried last: how the connection ended tells more. */
export const HANDSHAKE_WORDS: Words = [
  [
    /(?:ssl|tls) ?(?:handshake|negotiation) ?(?:failed|failure|error|exception)|tls error negotiation|failed to perform ssl handshake|authentication failed, see inner exception|SSLException|TlsExchangeAuthError|no peer certificate available/i,
    'tls-failed',
  ],
];
