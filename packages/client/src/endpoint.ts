import { refuse } from './refuse.ts';

export interface Endpoint {
  readonly host: string;
  readonly port: number | undefined;
}

/** `host`, `host:port`, `::1` or `[::1]:port`. Throws ProvisioningError `invalid-options`. */
export function parseEndpoint(text: string, option: string): Endpoint {
  const match =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(text) ??
    /^()([0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)$/.exec(text);
  const port = match?.[3] === undefined ? undefined : Number(match[3]);
  if (match === null || port === 0 || (port ?? 0) > 65_535) return refuse(option, 'host or host:port');
  return { host: match[1] || match[2]!, port };
}
