import type { Explanation } from './explanation.ts';

const explanation = (what: string, causes: readonly string[], check: string, fix: string): Explanation => ({
  what,
  causes,
  check,
  fix,
});

/** What Node and OpenSSL report for sockets, names and certificates. */
export const PLATFORM_CODES: Readonly<Record<string, Explanation>> = {
  ENOTFOUND: explanation(
    'The host name does not exist.',
    ['a slip in the host', 'a DNS server that does not know private names'],
    'Resolve the name by hand.',
    'Correct `--host`, or use a DNS server that knows it.',
  ),
  EAI_AGAIN: explanation(
    'The name server did not answer.',
    ['no network yet', 'a broken resolver'],
    'Resolve any other name.',
    'Wait for the network; correct the resolver.',
  ),
  ECONNREFUSED: explanation(
    'Nothing listens on that port.',
    ['wrong port', 'the emulator is not running', 'a firewall that answers with a reset'],
    'Compare host and port.',
    'Start what should listen, or correct the port.',
  ),
  ECONNRESET: explanation(
    'The peer cut the connection without a word.',
    ['a firewall or proxy', 'a server that gave up', 'a port that speaks something else than TLS'],
    'The stage of the error says when.',
    'Try `--transport websocket`; check host and port.',
  ),
  ETIMEDOUT: explanation(
    'The network gave up waiting.',
    ['a firewall that drops packets'],
    '`mote doctor` tries both ports.',
    'Open the port, or use `--transport auto` or `--proxy`.',
  ),
  EHOSTUNREACH: explanation(
    'There is no route to the host.',
    ['no network', 'a VPN that is down'],
    'Reach any other host.',
    'Bring the network up.',
  ),
  ENETUNREACH: explanation(
    'There is no route to that network.',
    ['no network', 'IPv6 without a route'],
    'Reach any other host.',
    'Bring the network up.',
  ),
  EPIPE: explanation(
    'We wrote to a connection that the peer had closed.',
    ['the peer closed after a refusal'],
    '`-v` shows the last packet.',
    'Look at the refusal before it.',
  ),
  EADDRINUSE: explanation(
    'Another program listens on that port.',
    ['a second emulator', 'a broker on 8883'],
    'Ask the system who listens there.',
    'Choose another port: `--port 0` takes any free one.',
  ),
  EACCES: explanation(
    'The system does not allow that.',
    ['ports below 1024 need rights', 'a file that cannot be read'],
    'The message names port or file.',
    'Choose a higher port; mend the rights of the file.',
  ),
  CERT_HAS_EXPIRED: explanation(
    'The certificate of the server has expired, as far as this clock knows.',
    ['the clock of this device', 'a server that was not renewed'],
    '`mote doctor` compares the clock.',
    'Set the clock.',
  ),
  CERT_NOT_YET_VALID: explanation(
    'The certificate of the server is not valid yet, as far as this clock knows.',
    ['the clock of this device is behind'],
    '`mote doctor` compares the clock.',
    'Set the clock: devices without a battery start in 1970.',
  ),
  DEPTH_ZERO_SELF_SIGNED_CERT: explanation(
    'The server shows a certificate that it signed itself.',
    ['a test server', 'somebody in the middle'],
    'Look at the issuer of the certificate.',
    'Give the certificate with `--ca FILE` if it is yours.',
  ),
  SELF_SIGNED_CERT_IN_CHAIN: explanation(
    'The chain of the server ends in an authority that this machine does not trust.',
    ['the emulator', 'a proxy that opens TLS'],
    'Look at the issuer.',
    'Give the authority with `--ca FILE`.',
  ),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: explanation(
    'Nobody we trust signed the certificate of the server.',
    ['a private authority', 'a server that does not send its intermediates', 'a proxy that opens TLS'],
    'Look at the issuer.',
    'Give the authority with `--ca FILE`.',
  ),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: explanation(
    'The authority that signed the certificate of the server is not known here.',
    ['a private authority', 'an image without root certificates'],
    'Look at the issuer.',
    'Give the authority with `--ca FILE`.',
  ),
  ERR_TLS_CERT_ALTNAME_INVALID: explanation(
    'The certificate of the server is for another name.',
    ['an IP address or alias was dialled', 'a proxy that opens TLS'],
    'The message lists the names.',
    'Dial a name that stands in the certificate.',
  ),
  ERR_SSL_WRONG_VERSION_NUMBER: explanation(
    'The peer does not speak TLS on that port.',
    ['a plain HTTP or MQTT port', 'a proxy given as `--host`'],
    'Compare the port: 8883 or 443.',
    'Correct the port; give proxies with `--proxy`.',
  ),
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: explanation(
    'The server found no way to shake hands.',
    ['the server wants a certificate', 'no common cipher'],
    'Is it the provisioning service at all?',
    'Check the host; give `--cert` if the server demands one.',
  ),
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: explanation(
    'The server refuses our TLS version.',
    ['a server older than TLS 1.2'],
    'Look at what the server offers.',
    'Mote does not go below TLS 1.2: renew the server.',
  ),
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: explanation(
    'The server does not know the authority of our certificate.',
    ['missing intermediates', 'an authority that is not uploaded to the service'],
    '`mote doctor --cert FILE --cert-key FILE`.',
    'Send the chain; upload and verify the authority.',
  ),
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: explanation(
    'The private key does not belong to the certificate.',
    ['two files of two devices'],
    '`mote doctor --cert FILE --cert-key FILE`.',
    'Give the key that the certificate was made for.',
  ),
};
