import { matches } from './ids.ts';
import { pairsOf, percentDecode, percentEncode } from './percent.ts';

/** The ids of a device, or of one of its modules, at a hub. */
export interface HubIdentity {
  readonly deviceId: string;
  readonly moduleId?: string | undefined;
}

/** The parts of the user name at a hub. */
export interface HubUserName extends HubIdentity {
  /** The hub's host name, exactly as in the assignment: it is part of the text that a token signs. */
  readonly hostName: string;
  readonly apiVersion?: string | undefined;
  /** DTMI of the device's model. */
  readonly modelId?: string | undefined;
  /** The user agent. */
  readonly clientType?: string | undefined;
}

/** The api-version that is told to a hub unless another is given. */
export const DEFAULT_HUB_API_VERSION = '2021-04-12';

/**
 * True for 1 to 128 characters of the identity registry's alphabet. Upper and lower case are different.
 *
 * @example
 * isHubId('sensor-17'); // true
 * isHubId('sensor/17'); // false
 */
export function isHubId(text: string): boolean {
  return /^[A-Za-z0-9\-.+%_#*?!(),=@$':;]{1,128}$/.test(text);
}

/**
 * True when the id can be part of a Topic Name: the registry allows `+` and `#`, MQTT does not [MQTT-3.3.2-2].
 *
 * @example
 * isPublishableId('sensor+17'); // false
 */
export function isPublishableId(id: unknown): id is string {
  return matches(id, /^[A-Za-z0-9\-.%_*?!(),=@$':;]{1,128}$/);
}

/**
 * Client identifier at a hub: `{deviceId}` or `{deviceId}/{moduleId}`.
 *
 * @example
 * hubClientId({ deviceId: 'gateway-2', moduleId: 'filter' }); // 'gateway-2/filter'
 */
export function hubClientId({ deviceId, moduleId }: HubIdentity): string {
  return moduleId === undefined ? deviceId : `${deviceId}/${moduleId}`;
}

/**
 * User name at a hub: `{hostName}/{deviceId}[/{moduleId}]/?api-version=…&model-id=…&DeviceClientType=…`. Host and ids are not encoded.
 *
 * @example
 * hubUserName({ hostName: 'h.azure-devices.net', deviceId: 'sensor-17' }); // 'h.azure-devices.net/sensor-17/?api-version=2021-04-12'
 */
export function hubUserName(fields: HubUserName): string {
  const { hostName, apiVersion = DEFAULT_HUB_API_VERSION, modelId, clientType } = fields;
  const model = modelId === undefined ? '' : `&model-id=${percentEncode(modelId)}`;
  const agent = clientType === undefined ? '' : `&DeviceClientType=${percentEncode(clientType)}`;
  return `${hostName}/${hubClientId(fields)}/?api-version=${apiVersion}${model}${agent}`;
}

/**
 * Reads a user name at a hub. Undefined for any other text. Where SDKs differ it is tolerant: the query may be missing, its
 * parameters may come in any order, percent-encoded or plain (`model-id=dtmi:com:example:Thermostat;1`); unknown ones are skipped.
 *
 * @example
 * const { deviceId } = readHubUserName('h.azure-devices.net/sensor-17/?api-version=2021-04-12')!; // 'sensor-17'
 */
export function readHubUserName(text: string): HubUserName | undefined {
  // An id may begin with `?`: the query is searched behind the first character of the device's, and for its first name.
  const from = text.indexOf('/') + 2;
  const named = text.indexOf('/?api-version=', from);
  const at = named < 0 ? text.indexOf('/?', from) : named;
  const [hostName = '', deviceId = '', moduleId, ...more] = (at < 0 ? text : text.slice(0, at)).split('/');
  // The host name of an emulated hub may have a port.
  if (!/^[\w.-]+(?::\d+)?$/.test(hostName) || !isHubId(deviceId) || more.length > 0) return undefined;
  if (moduleId !== undefined && !isHubId(moduleId)) return undefined;
  const query = new Map(at < 0 ? [] : pairsOf(text.slice(at + 2)).map(([name, value]) => [name.toLowerCase(), value]));
  const value = (name: string) => {
    const raw = query.get(name) ?? undefined;
    return raw === undefined ? undefined : (percentDecode(raw) ?? raw);
  };
  return {
    hostName,
    deviceId,
    moduleId,
    apiVersion: value('api-version'),
    modelId: value('model-id'),
    clientType: value('deviceclienttype'),
  };
}

/**
 * True when a hub of this connection profile speaks MQTT 3.1.1. Hubs of other profiles speak only MQTT 5, or something unknown.
 *
 * @example
 * isClassicProfile(null); // true
 * isClassicProfile('mqttV5'); // false
 */
export function isClassicProfile(profile: string | null | undefined): boolean {
  return profile == null || profile === 'classic';
}
