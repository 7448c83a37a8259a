import { encodeUtf8 } from '@mote/codec';
import { matches } from './azure/ids.ts';
import type { TlsOptions } from './tls-options.ts';
import { parseEndpoint } from './transport/host-port.ts';
import type { Transport } from './transport/transport.ts';
import { isPlain, quietly, wrong } from './values.ts';

// The rules of options, for `provision`, `connect` and the hub: rules are data, and one loop applies them. The sentences about them
// are in `explain/options/`.

type Test = RegExp | ((value: never) => unknown) | { readonly [name: string]: Rule };
type Marked = readonly [Test, 'required' | 'or-function'];
/**
 * A form of text, a test, or the rules of an object's members. In an array with a mark: the option is required, or may be a function that
 * is called later.
 */
export type Rule = Test | Marked;
/** A rule for each option: an option without a rule does not compile. */
export type Rules<Options> = Readonly<Record<keyof Options, Rule>>;
/** Throws `invalid-options`. The message never holds the value: it may be a secret that was put into the wrong option. */
export type Refuse = (option: string, why: string) => never;

// Tests of a value. What they return counts as true or false.

/** For a value that is checked elsewhere, or may be anything. */
export const any = (): boolean => true;
export const isFunction = (value: unknown): boolean => typeof value === 'function';
export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
/** A text that can be sent: UTF-8 has no half of a surrogate pair. */
export const isText = (value: unknown): value is string => typeof value === 'string' && encodeUtf8(value) !== undefined;
/** An AbortSignal of any realm, or of a polyfill. */
export const isSignal = (value: AbortSignal): boolean => typeof value.aborted === 'boolean';
/** `host` or `host:port`. */
export const isEndpoint = (value: unknown): unknown => typeof value === 'string' && parseEndpoint(value);
/** User agent for DPS and for a hub. */
export const USER_AGENT: RegExp = /^[ -~]{1,512}$/;

/** One of these values. */
export const oneOf =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);
/** A number from `least` to `most`, both included. NaN is none. */
export const number =
  (least: number, most: number = Infinity) =>
  (value: unknown): boolean =>
    typeof value === 'number' && value >= least && value <= most;
/** A whole number from `least` to `most`, both included. */
export const whole =
  (least: number, most: number) =>
  (value: number): boolean =>
    Number.isInteger(value) && value >= least && value <= most;

/** PEM of this kind, or a list. From a CA without a certificate Node would make an empty list, and trust nobody. */
export const pem =
  (label: RegExp) =>
  (value: unknown): boolean =>
    [value].flat().every((one) => label.test(Buffer.from(one as string).toString()));

/** The versions of TLS that are allowed here. */
const tlsVersion = /* @__PURE__ */ oneOf('TLSv1.2', 'TLSv1.3');

/** TLS options. None of them can go below TLS 1.2 or turn off the check of the server's certificate. */
export const TLS_RULES: Rules<TlsOptions> = {
  ca: /* @__PURE__ */ pem(/-----BEGIN [\w ]*CERTIFICATE-/),
  ciphers: areStrong,
  crl: /* @__PURE__ */ pem(/-----BEGIN X509 CRL-/),
  ecdhCurve: /./,
  family: /* @__PURE__ */ oneOf(0, 4, 6),
  lookup: isFunction,
  maxVersion: tlsVersion,
  minVersion: tlsVersion,
  rejectUnauthorized: (value: unknown) => value === true,
  // SNI takes no IP addresses [RFC 6066 3].
  servername: /^(?![\d.]+$)([\w-]+\.)*[\w-]+$/,
  sigalgs: /^(?!.*(md5|sha1(?!\d))).+$/i,
};

/** Finds the transports that the option `transport` stands for. */
export type TransportsOf = (options: { readonly transport?: unknown }) => readonly Transport[];

/** The transports of these options. Each has a `dial`; otherwise the option is refused, under this name. */
export function checkTransports(
  options: Parameters<TransportsOf>[0],
  transportsOf: TransportsOf,
  refuse: Refuse,
  name = 'transport',
): readonly Transport[] {
  const found = quietly(() => {
    const transports = transportsOf(options);
    return transports.length > 0 && transports.every(({ dial }) => isFunction(dial)) && transports;
  });
  return found || refuse(name, wrong(options.transport));
}

/**
 * Checks options and returns a copy of them. Each is read once, so that what is checked is what is used. Throws at the first that is
 * unknown, wrong or missing. Unknown names come first: a misspelt name may be the reason why another is missing.
 */
export function check<Options extends object>(
  options: Options,
  rules: Readonly<Record<string, Rule>>,
  refuse: Refuse,
  prefix = '',
): Options {
  const given: Record<string, unknown> = {};
  // Members of a Promise, Map or list would be none, and the option would be dropped in silence. `publish` has no time for this check.
  if (!(prefix ? isPlain : isObject)(options)) refuse(prefix.slice(0, -1) || 'options', wrong(options));
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(rules, name)) refuse(prefix + name, 'no such option');
    const value: unknown = options[name as never];
    if (value !== undefined) given[name] = value;
  }
  for (const name in rules) {
    const value = given[name];
    const rule = rules[name] as Test | Marked;
    const [test, mark] = Array.isArray(rule) ? (rule as Marked) : [rule as Test];
    if (value === undefined) {
      if (mark === 'required') refuse(prefix + name, 'missing');
      continue;
    }
    if (typeof test === 'object' && !(test instanceof RegExp)) {
      if (!(mark && isFunction(value))) given[name] = check(value as object, test, refuse, `${prefix}${name}.`);
    } else if (!passes(value, test)) refuse(prefix + name, wrong(value));
  }
  return given as Options;
}

/** A test that throws has failed. It makes no function for `quietly`: options are checked for each message that is published. */
function passes(value: unknown, test: RegExp | ((value: never) => unknown)): unknown {
  try {
    return typeof test === 'function' ? test(value as never) : matches(value, test);
  } catch {
    return false;
  }
}

/**
 * A cipher list of OpenSSL that names no cipher without encryption or certificate, and no weak one. Names behind `!` or `-` are
 * removed from the list, which weakens nothing. What a group such as HIGH adds is struck out where the list is used.
 */
function areStrong(ciphers: string): boolean {
  return (
    ciphers !== '' &&
    ciphers
      .split(/[:;, ]+|(?=@)/)
      .every((name) =>
        /^([!-]|@(STRENGTH|SECLEVEL=[1-5])$|(?!@|LOW$|.*(NULL|A(EC)?DH|EXP|MD5|RC[24]|COMPLEMENT|\bDES-CBC-|TLS_SHA)))/i.test(
          name,
        ),
      )
  );
}
