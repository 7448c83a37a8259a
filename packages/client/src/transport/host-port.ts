export interface Endpoint {
  readonly host: string;
  readonly port: number | undefined;
}

/** `host:port`, as HTTP wants it; the port that its scheme takes for granted is left out. */
export function authority({ host, port }: Endpoint, granted?: number): string {
  return (host.includes(':') ? `[${host}]` : host) + (port === granted ? '' : `:${port}`);
}

/** `host`, `host:port`, `::1` or `[::1]:port`; undefined for anything else. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const [, bracketed, name, digits] =
    /^(?:\[([\da-f:.]+)\]|((?:[\w-]+\.)*[\w-]+\.?))(?::(\d{1,5}))?$/i.exec(text) ??
    /^()(?=.*:.*:)([\da-f:.]+)$/i.exec(text) ??
    [];
  const host = bracketed || name;
  const port = digits === undefined ? undefined : Number(digits);
  return host && port !== 0 && (port ?? 1) < 65_536 ? { host, port } : undefined;
}
