import { matches } from './azure/ids.ts';
import type { TlsOptions } from './options.ts';

// What may be said of TLS, to `provision` and `connect` alike.

/** What an option has to be: a test, the same in words, and whether it has to be given. */
export type Rule = readonly [test: (value: never) => unknown, wanted: string, required?: true];

const text: Rule = [(value: unknown) => matches(value, /./), 'text'];
const tlsVersion: Rule = [(value: string) => ['TLSv1.2', 'TLSv1.3'].includes(value), 'TLSv1.2 or TLSv1.3'];

/** What cannot lower the floor: TLS 1.2, with the server's certificate verified. */
export const TLS_RULES: Readonly<Record<keyof TlsOptions, Rule>> = {
  ca: [() => true, ''],
  ciphers: [strongCiphers, 'no ciphers without encryption or authentication, and no @SECLEVEL below 1'],
  crl: [() => true, ''],
  ecdhCurve: text,
  family: [(value: number) => [0, 4, 6].includes(value), '0, 4 or 6'],
  lookup: [(value: unknown) => typeof value === 'function', 'a function'],
  maxVersion: tlsVersion,
  minVersion: tlsVersion,
  rejectUnauthorized: [(value: boolean) => value, 'always on; trust your CA with tls.ca'],
  servername: [isServerName, 'a host name, without a dot at its end'],
  sigalgs: [(value: unknown) => matches(value, /^(?!.*(md5|sha1(?!\d))).+$/i), 'no MD5 and no SHA-1'],
};

/** SNI takes no addresses [RFC 6066 3]. */
function isServerName(value: unknown): boolean {
  return matches(value, /^([\w-]+\.)*[\w-]+$/) && !/^[\d.]+$/.test(value);
}

/**
 * A list of OpenSSL's that names nothing without encryption or without a certificate, and nothing weak. What is in front of it with
 * `!` or `-` is taken away, which weakens nothing. What a group such as HIGH brings along is struck out where the list is used.
 */
function strongCiphers(value: unknown): boolean {
  return (
    matches(value, /./) &&
    value
      .split(/[:;, ]+|(?=@)/)
      .every((name) =>
        /^([!-]|@(STRENGTH|SECLEVEL=[1-5])$|(?!@|.*(NULL|ADH|AECDH|EXP|MD5|RC[24]|COMPLEMENT|\bDES-CBC-|TLS_SHA))(?!LOW$))/i.test(
          name,
        ),
      )
  );
}
