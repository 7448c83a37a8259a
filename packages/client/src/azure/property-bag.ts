import { pairsOf, percentDecode, percentEncode } from './percent.ts';

/** Properties by name, in the order of the topic. Null (`name`), empty (`name=`) and a value are different. */
export type Properties = ReadonlyMap<string, string | null>;

/** The system properties of IoT Hub: their names here, and in a topic. Source: the service's page "read system properties". */
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

/** A name of `SYSTEM_PROPERTIES`. */
export type SystemProperty = keyof typeof SYSTEM_PROPERTIES;

/** The properties of a message, as its topic has them. */
export interface MessageProperties {
  /** The system properties that are present, as decoded text. */
  readonly system: Readonly<Partial<Record<SystemProperty, string | null | undefined>>>;
  /** All other properties, also `iothub-ack` and unknown names that begin with `$.`. */
  readonly properties: Properties;
}

/**
 * False for names that belong to the service. It would drop an application's own property of such a name, or take it for its own.
 *
 * @example
 * isApplicationProperty('colour'); // true
 * isApplicationProperty('$.mid'); // false
 */
export function isApplicationProperty(name: string): boolean {
  return name !== '' && !/^(?:\$|iothub-)/i.test(name);
}

/**
 * Writes a property bag: `%24.mid=1&colour=light%20blue&flag`. System properties come first, as in every SDK.
 *
 * @example
 * writeProperties({ system: { messageId: '1' }, properties: new Map([['colour', 'light blue']]) }); // '%24.mid=1&colour=light%20blue'
 */
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
 * Reads a property bag, the part of a topic behind its base. `$.mid` and `%24.mid` are the same, one leading `?` is skipped, `+` is
 * a plus. If a name comes twice, the last value counts. Undefined when an escape cannot be decoded.
 *
 * @example
 * const { properties } = readProperties('%24.mid=1&colour=light%20blue')!; // new Map([['colour', 'light blue']])
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
