/** Plain percent-decoding: `+` stays `+`. Undefined when an escape is not one, or its bytes are not UTF-8. */
export function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** `a=1&b=2`, split at each `&` and the first `=` behind it. Nothing is decoded. */
export function splitQuery(query: string): [key: string, value: string][] {
  return query.split('&').map((pair) => {
    const at = pair.indexOf('=');
    return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
  });
}
