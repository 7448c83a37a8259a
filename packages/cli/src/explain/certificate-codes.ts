import { type Explanation, explanation } from './explanation.ts';

const ISSUER = 'Look at the issuer: `openssl s_client -connect HOST:8883 -showcerts`.';
const CLOCK = '`mote doctor` compares the clock.';
const OWN_CA = 'Give the authority with `--ca FILE`.';
const RENEW = 'Have it made anew; if it is not yours, somebody stands between: ask who runs the network.';

/** Node reads a list of revoked certificates only if a program gives it one. Mote gives none, so this is about other programs. */
const revocationList = (what: string): Explanation =>
  explanation(
    what,
    ['a `crl` among the TLS options of your program'],
    'Whether the program sets `crl`: Mote itself does not.',
    'Give a list that is valid now and signed by the authority, or leave `crl` out.',
  );

const broken = (what: string): Explanation =>
  explanation(what, ['a certificate that was made by hand or damaged', 'somebody in the middle'], ISSUER, RENEW);

/** Errors of Node about the server's certificate: the "X509 certificate error codes" of its documentation, and the wrong-name error. */
export const CERTIFICATE_CODES: Readonly<Record<string, Explanation>> = {
  CERT_HAS_EXPIRED: explanation(
    'The certificate of the server has expired, as far as this clock knows.',
    ['the clock of this device', 'a server that was not renewed'],
    CLOCK,
    'Set the clock.',
  ),
  CERT_NOT_YET_VALID: explanation(
    'The certificate of the server is not valid yet, as far as this clock knows.',
    ['the clock of this device is behind'],
    CLOCK,
    'Set the clock: devices without a battery start in 1970.',
  ),
  DEPTH_ZERO_SELF_SIGNED_CERT: explanation(
    'The server shows a certificate that it signed itself.',
    ['a test server', 'somebody in the middle'],
    ISSUER,
    'Give the certificate with `--ca FILE` if it is yours.',
  ),
  SELF_SIGNED_CERT_IN_CHAIN: explanation(
    'The chain of the server ends in an authority that this machine does not trust.',
    ['the emulator', 'a proxy that opens TLS'],
    ISSUER,
    OWN_CA,
  ),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: explanation(
    'Nobody we trust signed the certificate of the server.',
    ['a private authority', 'a server that does not send its intermediates', 'a proxy that opens TLS'],
    ISSUER,
    OWN_CA,
  ),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: explanation(
    'The authority that signed the certificate of the server is not known here.',
    ['a private authority', 'an image without root certificates'],
    ISSUER,
    OWN_CA,
  ),
  UNABLE_TO_GET_ISSUER_CERT: explanation(
    'An issuer in the chain of the server is known here, and the issuer of that one is not.',
    ['`--ca` holds an intermediate and not its root'],
    'Compare the issuer of the last certificate in `--ca` with its subject: the root has both the same.',
    'Put the root into the file that `--ca` names, below the intermediate.',
  ),
  CERT_CHAIN_TOO_LONG: explanation(
    'The chain of the server is longer than can be followed.',
    ['two authorities that signed each other', 'a server that sends rubbish behind its chain'],
    ISSUER,
    'Mend the chain that the server sends.',
  ),
  CERT_SIGNATURE_FAILURE: explanation(
    'A signature in the chain of the server is wrong.',
    ['an authority in `--ca` with the right name and another key', 'a damaged certificate', 'somebody in the middle'],
    'Is `--ca` of this very server? An emulator makes a new authority at each start.',
    'Take the `ca.pem` that the server has now.',
  ),
  UNABLE_TO_DECRYPT_CERT_SIGNATURE: broken('A signature in the chain of the server cannot be read.'),
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY: broken('The public key of an issuer in the chain cannot be read.'),
  ERROR_IN_CERT_NOT_BEFORE_FIELD: broken('The date from which a certificate of the server is valid cannot be read.'),
  ERROR_IN_CERT_NOT_AFTER_FIELD: broken('The date until which a certificate of the server is valid cannot be read.'),
  CERT_REVOKED: explanation(
    'The authority has revoked the certificate of the server.',
    ['its key was lost or stolen'],
    'The list of revoked certificates that the program gave to Node.',
    'Do not connect; the server needs a new certificate.',
  ),
  UNABLE_TO_GET_CRL: revocationList('A list of revoked certificates was asked for, and none of that issuer was given.'),
  UNABLE_TO_DECRYPT_CRL_SIGNATURE: revocationList('The signature of a list of revoked certificates cannot be read.'),
  CRL_SIGNATURE_FAILURE: revocationList('The signature of a list of revoked certificates is wrong.'),
  CRL_NOT_YET_VALID: revocationList('A list of revoked certificates is not valid yet.'),
  CRL_HAS_EXPIRED: revocationList('A list of revoked certificates is out of date.'),
  ERROR_IN_CRL_LAST_UPDATE_FIELD: revocationList('The date of a list of revoked certificates cannot be read.'),
  ERROR_IN_CRL_NEXT_UPDATE_FIELD: revocationList('The end of a list of revoked certificates cannot be read.'),
  INVALID_CA: explanation(
    'A certificate that may not issue others stands as an issuer in the chain.',
    ['a device or server certificate used as an authority', 'an authority made without `CA:TRUE`'],
    '`openssl x509 -noout -text` shows `CA:TRUE` for an authority.',
    'Have the authority made with basicConstraints = CA:TRUE.',
  ),
  PATH_LENGTH_EXCEEDED: explanation(
    'There are more issuers in the chain than its authority allows.',
    ['an intermediate below one that may issue no further authority (`pathlen:0`)'],
    '`openssl x509 -noout -text` shows `pathlen` for each issuer.',
    'Issue from a higher authority, or raise its pathlen.',
  ),
  INVALID_PURPOSE: explanation(
    'The certificate may not be used for that.',
    ['a certificate for clients on a server', 'the other way round'],
    '`openssl x509 -noout -purpose` lists what it is good for.',
    'Have it made with extendedKeyUsage = serverAuth, or clientAuth for a device.',
  ),
  CERT_UNTRUSTED: explanation(
    'The root of the chain is known and not trusted for this use.',
    ['an authority in `--ca` that is marked for another use'],
    '`openssl x509 -noout -text` shows what it is trusted for.',
    'Take the plain certificate of the authority, PEM with BEGIN CERTIFICATE.',
  ),
  CERT_REJECTED: explanation(
    'The root of the chain is marked as one to refuse.',
    ['an authority in `--ca` that is marked so'],
    '`openssl x509 -noout -text` shows what it is rejected for.',
    'Take another authority, or the plain certificate of this one.',
  ),
  OUT_OF_MEM: explanation(
    'There was no memory left to verify the certificate.',
    ['a device that is out of memory'],
    'Free memory, and what uses it.',
    'Free memory, or give the process more.',
  ),
  HOSTNAME_MISMATCH: explanation(
    'The certificate of the server is for another name.',
    ['an IP address or alias was dialled', 'a proxy that opens TLS'],
    'Compare the name dialled with the names in the certificate.',
    'Dial a name that stands in the certificate.',
  ),
  ERR_TLS_CERT_ALTNAME_INVALID: explanation(
    'The certificate of the server is for another name.',
    ['an IP address or alias was dialled', 'the name stands in its common name only', 'a proxy that opens TLS'],
    'The message lists the names. The common name does not count.',
    'Dial a name that is a subjectAltName of the certificate.',
  ),
  ERR_TLS_CERT_ALTNAME_FORMAT: broken('The names in the certificate of the server cannot be read.'),
  UNSPECIFIED: explanation(
    'The certificate of the server was refused for a reason that Node has no name for.',
    ['a constraint in the certificate of an authority', 'an extension that OpenSSL does not know'],
    '`openssl s_client -connect HOST:8883 -CAfile FILE -verify_return_error` says which.',
    'Mend the chain that the server sends.',
  ),
};
