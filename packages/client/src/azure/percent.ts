/** As `encodeURIComponent`, and with `!'()*` escaped as SDKs do it; half a surrogate pair becomes U+FFFD. A blank is `%20`. */
export function percentEncode(text: string): string {
  const whole = text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (unit) =>
    unit.length === 2 ? unit : '\ufffd',
  );
  return encodeURIComponent(whole).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Undefined when an escape is cut off, or the bytes are no UTF-8. `+` is a plus: this is no form. */
export function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** `name=value&name&…`, undecoded, in its order; of a name without `=` the value is null, which is not the empty text. */
export function pairsOf(text: string): (readonly [name: string, value: string | null])[] {
  return text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? [pair, null] : [pair.slice(0, at), pair.slice(at + 1)];
    });
}
