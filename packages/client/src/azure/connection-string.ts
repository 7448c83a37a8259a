import type { HubIdentity } from './hub-identity.ts';

/** `HostName=…;DeviceId=…;SharedAccessKey=…`, taken apart. */
export interface ConnectionString extends HubIdentity {
  readonly hostName: string;
  /** Base64; undefined for a certificate, or a key that is held elsewhere. */
  readonly sharedAccessKey?: string | undefined;
  readonly sharedAccessKeyName?: string | undefined;
  /** A token that was made elsewhere. */
  readonly sharedAccessSignature?: string | undefined;
  /** An edge device in between: dialled in place of the hub. */
  readonly gatewayHostName?: string | undefined;
  /** `x509=true` */
  readonly x509: boolean;
}

const NAMES: ReadonlyMap<string, keyof ConnectionString> = new Map([
  ['hostname', 'hostName'],
  ['deviceid', 'deviceId'],
  ['moduleid', 'moduleId'],
  ['sharedaccesskey', 'sharedAccessKey'],
  ['sharedaccesskeyname', 'sharedAccessKeyName'],
  ['sharedaccesssignature', 'sharedAccessSignature'],
  ['gatewayhostname', 'gatewayHostName'],
]);

/** Fields in any order, names in any case; undefined when host or device is missing, or a field comes twice. Nothing of it is in an error. */
export function readConnectionString(text: string): ConnectionString | undefined {
  const found = new Map<string, string>();
  for (const part of text.trim().split(';')) {
    if (part.trim() === '') continue;
    const at = part.indexOf('=');
    const name = part.slice(0, at).trim().toLowerCase();
    if (at < 1 || found.has(name)) return undefined;
    found.set(name, part.slice(at + 1).trim());
  }
  const fields: Partial<Record<keyof ConnectionString, string>> = {};
  found.forEach((value, name) => {
    const field = NAMES.get(name);
    if (field !== undefined && value !== '') fields[field] = value;
  });
  const { hostName, deviceId } = fields;
  if (hostName === undefined || deviceId === undefined) return undefined;
  return { ...(fields as HubIdentity), hostName, deviceId, x509: found.get('x509')?.toLowerCase() === 'true' };
}

/** In the order in which the portal shows it. */
export function writeConnectionString(fields: ConnectionString): string {
  const parts: [string, string | undefined][] = [
    ['HostName', fields.hostName],
    ['DeviceId', fields.deviceId],
    ['ModuleId', fields.moduleId],
    ['SharedAccessKeyName', fields.sharedAccessKeyName],
    ['SharedAccessKey', fields.sharedAccessKey],
    ['SharedAccessSignature', fields.sharedAccessSignature],
    ['x509', fields.x509 ? 'true' : undefined],
    ['GatewayHostName', fields.gatewayHostName],
  ];
  return parts.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])).join(';');
}
