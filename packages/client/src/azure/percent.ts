import { quietly } from '../values.ts';

/**
 * Like `encodeURIComponent`, but `!'()*` are escaped, too, as SDKs do, and half a surrogate pair becomes U+FFFD. A space is `%20`.
 *
 * @example
 * percentEncode('a b+c'); // 'a%20b%2Bc'
 */
export function percentEncode(text: string): string {
  const whole = text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (unit) =>
    unit.length === 2 ? unit : '\ufffd',
  );
  return encodeURIComponent(whole).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * Decodes percent escapes. `+` stays a plus: this is no form field. Undefined when an escape is incomplete or the bytes are not UTF-8.
 *
 * @example
 * percentDecode('a%20b+c'); // 'a b+c'
 * percentDecode('%2'); // undefined
 */
export function percentDecode(text: string): string | undefined {
  return quietly(() => decodeURIComponent(text));
}

/**
 * Splits `name=value&name&…` in its order, without decoding. A name without `=` has the value null, which differs from empty text.
 *
 * @example
 * pairsOf('a=1&b'); // [['a', '1'], ['b', null]]
 */
export function pairsOf(text: string): (readonly [name: string, value: string | null])[] {
  return text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? [pair, null] : [pair.slice(0, at), pair.slice(at + 1)];
    });
}
