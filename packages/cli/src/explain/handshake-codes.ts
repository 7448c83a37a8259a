import { type Explanation, explanation } from './explanation.ts';

// Sentences that several tables share.

/** How to check a certificate with its key. */
export const DOCTOR = '`mote doctor --cert FILE --cert-key FILE`.';
/** How to find out what answers at the address. */
export const SERVER = 'Is it the provisioning service at all? `openssl s_client -connect HOST:8883` shows who answers.';

/** For bytes that no TLS server should send. No setting of the device is the cause. */
export const misunderstood = (what: string): Explanation =>
  explanation(
    what,
    ['a proxy or firewall that opens TLS', 'a fault in the TLS of the server'],
    SERVER,
    'Check host and port; look for a proxy or firewall that opens TLS.',
  );

/** For a server whose TLS is too old or too weak for ours. */
export const noCommon = (what: string, causes: readonly string[]): Explanation =>
  explanation(what, causes, SERVER, 'Mote speaks TLS 1.2 and 1.3 with the ciphers of Node: renew the server.');

/** Errors that our own side finds in a handshake, by the names of OpenSSL. */
export const HANDSHAKE_CODES: Readonly<Record<string, Explanation>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: explanation(
    'The peer does not speak TLS on that port.',
    ['a plain HTTP or MQTT port', 'a proxy given as `--host`'],
    'Compare the port: 8883 or 443.',
    'Correct the port; give proxies with `--proxy`.',
  ),
  ERR_SSL_PACKET_LENGTH_TOO_LONG: misunderstood('What came looks like TLS and is longer than TLS allows.'),
  ERR_SSL_DATA_LENGTH_TOO_LONG: misunderstood('What came looks like TLS and is longer than TLS allows.'),
  ERR_SSL_UNEXPECTED_MESSAGE: misunderstood('The server said something that has no place in a handshake.'),
  ERR_SSL_BAD_RECORD_TYPE: misunderstood('The server sent a kind of record that TLS does not have.'),
  ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC: misunderstood('What the server sent was changed on its way.'),
  ERR_SSL_UNEXPECTED_EOF_WHILE_READING: misunderstood('The server closed the connection without ending TLS.'),
  ERR_SSL_CERTIFICATE_VERIFY_FAILED: explanation(
    'The certificate of the server was not accepted.',
    ['a private authority', 'the clock', 'a proxy that opens TLS'],
    '`mote doctor` says which.',
    'Give the authority with `--ca FILE`; set the clock.',
  ),
  ERR_SSL_UNSUPPORTED_PROTOCOL: noCommon('The server speaks no version of TLS that we speak.', [
    'a server older than TLS 1.2',
  ]),
  ERR_SSL_VERSION_TOO_LOW: noCommon('The server wants a TLS that is too old.', ['a server older than TLS 1.2']),
  ERR_SSL_NO_PROTOCOLS_AVAILABLE: explanation(
    'No version of TLS is left to speak.',
    ['`maxVersion` below 1.2 in the TLS options', 'a policy of this system that turns TLS 1.2 and 1.3 off'],
    'The TLS options of the program, and the OpenSSL configuration of the system.',
    'Allow TLS 1.2 or 1.3.',
  ),
  ERR_SSL_NO_CIPHERS_AVAILABLE: explanation(
    'No cipher is left to offer.',
    ['`ciphers` in the TLS options', 'a policy of this system'],
    'The TLS options of the program, and the OpenSSL configuration of the system.',
    'Leave `ciphers` out.',
  ),
  ERR_SSL_DH_KEY_TOO_SMALL: noCommon('The key exchange of the server is too weak.', ['a server of long ago']),
  ERR_SSL_LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED: noCommon('The server signs in a way that is no longer allowed.', [
    'SHA-1 in the handshake',
    'a server of long ago',
  ]),
  ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED: noCommon('The server renegotiates in the old, unsafe way.', [
    'a firewall or proxy of long ago that opens TLS',
  ]),
  ERR_SSL_EE_KEY_TOO_SMALL: explanation(
    'The key of a certificate is too short for this OpenSSL.',
    ['RSA below 2048 bits'],
    DOCTOR,
    'Have it made with RSA 2048 or P-256.',
  ),
  ERR_SSL_CA_MD_TOO_WEAK: explanation(
    'A certificate is signed with a hash that is too weak for this OpenSSL.',
    ['MD5 or SHA-1'],
    DOCTOR,
    'Have it signed with SHA-256.',
  ),
};
