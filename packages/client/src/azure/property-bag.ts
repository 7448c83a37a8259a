import { pairsOf, percentDecode, percentEncode } from './percent.ts';

/** By name, in the order of the topic. Null (`name`), empty (`name=`) and a value are three things. */
export type Properties = ReadonlyMap<string, string | null>;

/** Names that the service gives a meaning: what they are called here, and in a topic. IoT Hub, "read system properties". */
export const SYSTEM_PROPERTIES = {
  messageId: '$.mid',
  correlationId: '$.cid',
  userId: '$.uid',
  to: '$.to',
  contentType: '$.ct',
  contentEncoding: '$.ce',
  expiryTime: '$.exp',
  creationTime: '$.ctime',
  outputName: '$.on',
  component: '$.sub',
  interfaceId: '$.ifid',
  messageSchema: '$.schema',
  connectionDeviceId: '$.cdid',
  connectionModuleId: '$.cmid',
} as const;

export type SystemProperty = keyof typeof SYSTEM_PROPERTIES;

export interface MessageProperties {
  /** Those that are there; text as it came. */
  readonly system: Readonly<Partial<Record<SystemProperty, string | null | undefined>>>;
  /** All others, `iothub-ack` and unknown ones that begin with `$.` included. */
  readonly properties: Properties;
}

/** Those beginning so are the service's: an application's own would be dropped, or take the place of another. */
export function isApplicationProperty(name: string): boolean {
  return name !== '' && !/^(?:\$|iothub-)/i.test(name);
}

/** `%24.mid=1&colour=light%20blue&flag`: system properties first, as every SDK has them. */
export function writeProperties({ system, properties }: Partial<MessageProperties>): string {
  const pairs: [string, string | null | undefined][] = [];
  for (const name of Object.keys(SYSTEM_PROPERTIES) as SystemProperty[])
    pairs.push([SYSTEM_PROPERTIES[name], system?.[name]]);
  properties?.forEach((value, name) => {
    pairs.push([name, value]);
  });
  return pairs
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => (value === null ? percentEncode(name) : `${percentEncode(name)}=${percentEncode(value!)}`))
    .join('&');
}

/**
 * The part of a topic behind its base. `$.mid` and `%24.mid` are the same, one leading `?` is skipped, `+` is a plus. Of a name
 * that comes twice the last value holds. Undefined when an escape cannot be read.
 */
export function readProperties(bag: string): MessageProperties | undefined {
  const system: Partial<Record<SystemProperty, string | null>> = {};
  const properties = new Map<string, string | null>();
  for (const [rawName, rawValue] of pairsOf(bag.replace(/^\?/, ''))) {
    const name = percentDecode(rawName);
    const value = rawValue === null ? null : percentDecode(rawValue);
    if (name === undefined || value === undefined) return undefined;
    const known = systemPropertyOf(name);
    if (known) system[known] = value;
    else properties.set(name, value);
  }
  return { system, properties };
}

function systemPropertyOf(name: string): SystemProperty | undefined {
  return (Object.keys(SYSTEM_PROPERTIES) as SystemProperty[]).find((one) => SYSTEM_PROPERTIES[one] === name);
}
