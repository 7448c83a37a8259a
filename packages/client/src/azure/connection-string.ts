import type { HubIdentity } from './hub-identity.ts';

/** The fields of `HostName=…;DeviceId=…;SharedAccessKey=…`. */
export interface ConnectionString extends HubIdentity {
  readonly hostName: string;
  /** The key, base64. Undefined for a device with a certificate, or with a key that is held elsewhere. */
  readonly sharedAccessKey?: string | undefined;
  readonly sharedAccessKeyName?: string | undefined;
  /** A SAS token that was made elsewhere. */
  readonly sharedAccessSignature?: string | undefined;
  /** Host of an edge gateway, which is dialled in place of the hub. */
  readonly gatewayHostName?: string | undefined;
  /** True for `x509=true`. */
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

/**
 * Reads a connection string: fields in any order, names in any case. Undefined when host or device is missing, or a field comes twice.
 *
 * @example
 * const device = readConnectionString(`HostName=${hostName};DeviceId=sensor-17;SharedAccessKey=${key}`);
 */
export function readConnectionString(text: string): ConnectionString | undefined {
  const found = new Map<string, string>();
  for (const part of text.split(';')) {
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

/**
 * Writes a connection string, in the order of the portal.
 *
 * @example
 * const text = writeConnectionString({ hostName, deviceId: 'sensor-17', sharedAccessKey: key, x509: false });
 */
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
