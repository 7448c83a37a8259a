import { type Explanation, explanation } from './explanation.ts';

const FIRST_LINE = 'Look at the first line of the file.';

/** Errors of OpenSSL for a certificate or key that it cannot use. */
export const KEY_FILE_CODES: Readonly<Record<string, Explanation>> = {
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: explanation(
    'The private key does not belong to the certificate.',
    ['two files of two devices', 'an issuer stands first in the file of the certificate'],
    '`mote doctor --cert FILE --cert-key FILE`.',
    'Give the key that the certificate was made for.',
  ),
  ERR_OSSL_PEM_NO_START_LINE: explanation(
    'There is no PEM in it.',
    ['DER in the place of PEM', 'the wrong file', 'a file name where its content belongs'],
    FIRST_LINE,
    'Give PEM: text that begins with -----BEGIN. `openssl x509 -inform der -in FILE` makes it of DER.',
  ),
  ERR_OSSL_PEM_BAD_END_LINE: explanation(
    'The PEM is cut off.',
    ['a copy that lost its end', 'line breaks lost in an environment variable'],
    'The last line must be -----END with the words of the first.',
    'Copy the file anew; keep the line breaks.',
  ),
  ERR_OSSL_PEM_BAD_BASE64_DECODE: explanation(
    'The PEM holds characters that do not belong there.',
    ['a copy that lost a part', 'a text editor'],
    'Between BEGIN and END is base64 and nothing else.',
    'Copy the file anew.',
  ),
  ERR_OSSL_BAD_DECRYPT: explanation(
    'The private key is encrypted, and the passphrase is missing or wrong.',
    ['no passphrase given', 'the passphrase of another key', 'a line break at its end'],
    '`openssl pkey -in FILE -noout` asks for it.',
    'Give the passphrase in DPS_PASSPHRASE.',
  ),
  ERR_OSSL_CRYPTO_INTERRUPTED_OR_CANCELLED: explanation(
    'The private key is encrypted, and no passphrase was given.',
    ['no passphrase given'],
    '`openssl pkey -in FILE -noout` asks for it.',
    'Give the passphrase in DPS_PASSPHRASE.',
  ),
  ERR_OSSL_EVP_UNSUPPORTED: explanation(
    'The private key or PKCS #12 file is encrypted in a way that OpenSSL 3 no longer has, such as DES or RC2.',
    ['a file made by OpenSSL 1, Windows or Java of long ago'],
    '`openssl asn1parse -in FILE` names the cipher; `mote doctor --cert FILE --cert-key FILE` does so, too.',
    'Write it anew: `openssl pkcs8 -topk8 -v2 aes-256-cbc -provider legacy -provider default -in OLD -out NEW`.',
  ),
  ERR_OSSL_UNSUPPORTED: explanation(
    'The private key is of no kind that OpenSSL can read.',
    ['a certificate or public key in its place', 'an OpenSSH key', 'an encryption of long ago'],
    FIRST_LINE,
    'Give PEM that begins with BEGIN PRIVATE KEY: `openssl pkey -in FILE` makes it of most others.',
  ),
};
