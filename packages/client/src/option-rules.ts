import { encodeUtf8 } from '@mote/codec';
import { matches } from './azure/ids.ts';
import type { TlsOptions } from './tls-options.ts';
import { parseEndpoint } from './transport/host-port.ts';
import { quietly } from './values.ts';

// What an option has to be, for `provision`, `connect` and the hub alike: rules as data, and one loop over them. What is wanted is
// said in `explain/options/`.

type Test = RegExp | ((value: never) => unknown) | { readonly [name: string]: Rule };
type Marked = readonly [Test, 'required' | 'or-function'];
/** A form of text, a test, or the rules of an object. Marked: it has to be given, or may be a function that is asked later. */
export type Rule = Test | Marked;
export type Rules<Options> = Readonly<Record<keyof Options, Rule>>;
/** Throws `invalid-options`. The value stays out of the message: it may be a secret in the wrong place. */
export type Refuse = (option: string, why: string) => never;

export const any = (): boolean => true;
export const isFunction = (value: unknown): boolean => typeof value === 'function';
export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
export const isText = (value: unknown): value is string => typeof value === 'string' && encodeUtf8(value) !== undefined;
export const isSignal = (value: AbortSignal): boolean => typeof value.aborted === 'boolean';
export const isEndpoint = (value: unknown): unknown => typeof value === 'string' && parseEndpoint(value);
export const isTransport = (value: unknown): boolean =>
  [value].flat().length > 0 && [value].flat().every((one) => isFunction((one as { dial?: unknown }).dial));
/** User agent of DPS and of a hub. */
export const USER_AGENT: RegExp = /^[ -~]{1,512}$/;

export const oneOf =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);
export const number =
  (least: number, most: number = Infinity) =>
  (value: unknown): boolean =>
    typeof value === 'number' && value >= least && value <= most;
export const whole =
  (least: number, most: number) =>
  (value: number): boolean =>
    Number.isInteger(value) && value >= least && value <= most;

/** The least and the most that TLS may be here. */
const tlsVersion = /* @__PURE__ */ oneOf('TLSv1.2', 'TLSv1.3');

/** What cannot lower the floor: TLS 1.2, with the server's certificate verified. */
export const TLS_RULES: Rules<TlsOptions> = {
  ca: isPem,
  ciphers: areStrong,
  crl: any,
  ecdhCurve: /./,
  family: /* @__PURE__ */ oneOf(0, 4, 6),
  lookup: isFunction,
  maxVersion: tlsVersion,
  minVersion: tlsVersion,
  rejectUnauthorized: (value: boolean) => value,
  // SNI takes no addresses [RFC 6066 3].
  servername: /^(?![\d.]+$)([\w-]+\.)*[\w-]+$/,
  sigalgs: /^(?!.*(md5|sha1(?!\d))).+$/i,
};

/**
 * The options that are given, each read once: what is checked is what is used. Throws at the first that is unknown, wrong or
 * missing; a name that is misspelt may be why another is missing.
 */
export function check<Options extends object>(
  options: Options,
  rules: Readonly<Record<string, Rule>>,
  refuse: Refuse,
  prefix = '',
): Options {
  const given: Record<string, unknown> = {};
  if (!isObject(options)) refuse(prefix.slice(0, -1) || 'options', 'wrong');
  for (const name of Object.keys(options)) if (!Object.hasOwn(rules, name)) refuse(prefix + name, 'no such option');
  for (const name in rules) {
    const [test, mark] = [rules[name]].flat() as unknown as readonly [Test, Marked[1]?];
    const value: unknown = Object.hasOwn(options, name) ? options[name as never] : undefined;
    if (value === undefined) {
      if (mark === 'required') refuse(prefix + name, 'missing');
      continue;
    }
    given[name] = value;
    if (typeof test === 'object' && !(test instanceof RegExp)) {
      if (mark !== 'or-function' || !isFunction(value))
        given[name] = check(value as object, test, refuse, `${prefix}${name}.`);
    } else if (!quietly(() => (typeof test === 'function' ? test(value as never) : matches(value, test))))
      refuse(prefix + name, 'wrong');
  }
  return given as Options;
}

/** Of text that holds no certificate Node would make an empty list of CAs, and trust nobody. */
function isPem(value: unknown): boolean {
  return [value].flat().every((one) => /-----BEGIN [\w ]*CERTIFICATE-----/.test(Buffer.from(one as string).toString()));
}

/**
 * A list of OpenSSL's that names nothing without encryption or without a certificate, and nothing weak. What is in front of it with
 * `!` or `-` is taken away, which weakens nothing. What a group such as HIGH brings along is struck out where the list is used.
 */
function areStrong(ciphers: string): boolean {
  return (
    ciphers !== '' &&
    ciphers
      .split(/[:;, ]+|(?=@)/)
      .every((name) =>
        /^([!-]|@(STRENGTH|SECLEVEL=[1-5])$|(?!@|.*(NULL|ADH|AECDH|EXP|MD5|RC[24]|COMPLEMENT|\bDES-CBC-|TLS_SHA))(?!LOW$))/i.test(
          name,
        ),
      )
  );
}
