import { matches } from './azure/ids.ts';
import type { TlsOptions } from './tls-options.ts';
import { quietly } from './values.ts';

// What an option has to be, for `provision` and `connect` alike: kinds as data, and one loop over them.

/** A form of text or a test, what is wanted in a few words, and whether it has to be given. */
export type Rule = readonly [test: RegExp | ((value: never) => unknown), wanted: string, required?: true | undefined];
export type Rules<Options> = Readonly<Record<keyof Options, Rule>>;
/** Throws `invalid-options`. The value stays out of the message: it may be a secret in the wrong place. */
export type Refuse = (option: string, wanted: string) => never;

export const isFunction = (value: unknown): boolean => typeof value === 'function';
export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

export const any: Rule = [() => true, ''];
export const callback: Rule = [isFunction, 'a function'];
export const object: Rule = [isObject, 'an object'];
export const oneOf = (...values: unknown[]): Rule => [(value) => values.includes(value), values.join(', ')];
export const number = (least: number, most: number, wanted: string): Rule => [
  (value: unknown) => typeof value === 'number' && value >= least && value <= most,
  wanted,
];
export const whole = (least: number, most: number): Rule => [
  (value: number) => Number.isInteger(value) && value >= least && value <= most,
  `a whole number, ${least} to ${most}`,
];
export const count: Rule = /* @__PURE__ */ number(0, Infinity, 'a number, 0 or more');

/** The least and the most that TLS may be here. */
const tlsVersion = /* @__PURE__ */ oneOf('TLSv1.2', 'TLSv1.3');

/** What cannot lower the floor: TLS 1.2, with the server's certificate verified. */
export const TLS_RULES: Rules<TlsOptions> = {
  ca: [isPem, 'PEM with BEGIN CERTIFICATE'],
  ciphers: [strongCiphers, 'ciphers with encryption and certificate'],
  crl: any,
  ecdhCurve: [/./, 'text'],
  family: /* @__PURE__ */ oneOf(0, 4, 6),
  lookup: callback,
  maxVersion: tlsVersion,
  minVersion: tlsVersion,
  rejectUnauthorized: [(value: boolean) => value, 'always on; trust your CA with tls.ca'],
  // SNI takes no addresses [RFC 6066 3].
  servername: [/^(?![\d.]+$)([\w-]+\.)*[\w-]+$/, 'a host name'],
  sigalgs: [/^(?!.*(md5|sha1(?!\d))).+$/i, 'no MD5 and no SHA-1'],
};

/** Throws at the first option that is unknown, wrong or missing; a name that is misspelt may be why another is missing. */
export function check(options: object, rules: Readonly<Record<string, Rule>>, refuse: Refuse, prefix = ''): void {
  if (!isObject(options)) refuse('options', 'an object');
  for (const name of Object.keys(options)) if (!Object.hasOwn(rules, name)) refuse(prefix + name, 'no such option');
  for (const name in rules) {
    const [test, wanted, required] = rules[name]!;
    // Read once: a getter may give something else the next time.
    const value: unknown = Object.hasOwn(options, name) ? options[name as never] : undefined;
    const fits = (): unknown => (test instanceof RegExp ? matches(value, test) : test(value as never));
    if ((required || value !== undefined) && !quietly(fits)) refuse(prefix + name, wanted);
  }
}

/** Of text that holds no certificate Node would make an empty list of CAs, and trust nobody. */
function isPem(value: unknown): boolean {
  return [value].flat().every((one) => /-----BEGIN [\w ]*CERTIFICATE-----/.test(Buffer.from(one as string).toString()));
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
