/** A host, and a port where one is given. */
export interface Endpoint {
  readonly host: string;
  readonly port: number | undefined;
}

/** `host:port` for an HTTP header. The default port of the scheme is left out. */
export function authority({ host, port }: Endpoint, granted?: number): string {
  return (host.includes(':') ? `[${host}]` : host) + (port === granted ? '' : `:${port}`);
}

/**
 * Reads `host`, `host:port`, `::1` or `[::1]:port`. Undefined for anything else.
 *
 * @example
 * parseEndpoint('localhost:8883'); // { host: 'localhost', port: 8883 }
 * parseEndpoint('[::1]'); // { host: '::1' }
 */
export function parseEndpoint(text: string): Endpoint | undefined {
  const [, bracketed, name, digits, bare] =
    /^(?:\[([\da-f:.]+)\]|((?:[\w-]+\.)*[\w-]+\.?))(?::(\d{1,5}))?$|^((?:[\da-f]{0,4}:){2,8}[\da-f.]*)$/i.exec(text) ??
    [];
  const host = bracketed || name || bare;
  const port = Number(digits ?? 1);
  // A name of DNS has at most 253 characters, and a dot at its end [RFC 1035 2.3.4].
  return host && host.length < 255 && port > 0 && port < 65_536 ? { host, port: digits ? port : undefined } : undefined;
}
