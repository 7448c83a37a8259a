/** The error code for each kind of TransportError. */
export const DIAL_CODES = {
  dns: 'connect-failed',
  tcp: 'connect-failed',
  proxy: 'proxy-failed',
  tls: 'tls-failed',
  'client-certificate': 'client-certificate-rejected',
  upgrade: 'websocket-failed',
  closed: 'connection-lost',
  violation: 'protocol-violation',
  options: 'invalid-options',
} as const;

/** The code for an error of a transport. Undefined for any other value that was thrown. */
export function dialCodeOf(cause: unknown): (typeof DIAL_CODES)[keyof typeof DIAL_CODES] | undefined {
  const { kind } = Object(cause) as { readonly kind: keyof typeof DIAL_CODES };
  return Object.keys(DIAL_CODES).includes(kind) ? DIAL_CODES[kind] : undefined;
}
