import { matches } from './ids.ts';
import { pairsOf, percentDecode, percentEncode } from './percent.ts';

/** A device at its hub, or one of its modules. */
export interface HubIdentity {
  readonly deviceId: string;
  readonly moduleId?: string | undefined;
}

export interface HubUserName extends HubIdentity {
  /** As the assignment has it: it is part of what is signed, so it is never shortened or completed. */
  readonly hostName: string;
  readonly apiVersion?: string | undefined;
  /** DTMI of the model that the device follows. */
  readonly modelId?: string | undefined;
  /** The user agent. */
  readonly clientType?: string | undefined;
}

export const DEFAULT_HUB_API_VERSION = '2021-04-12';

/** The alphabet of the identity registry, 1 to 128 characters. Ids differ in letter case. */
export function isHubId(text: string): boolean {
  return /^[A-Za-z0-9\-.+%_#*?!(),=@$':;]{1,128}$/.test(text);
}

/** Whether a topic can have it: the registry allows `+` and `#`, a Topic Name does not [MQTT-3.3.2-2]. */
export function isPublishableId(id: unknown): id is string {
  return matches(id, /^[A-Za-z0-9\-.%_*?!(),=@$':;]{1,128}$/);
}

/** `{deviceId}` or `{deviceId}/{moduleId}` */
export function hubClientId({ deviceId, moduleId }: HubIdentity): string {
  return moduleId === undefined ? deviceId : `${deviceId}/${moduleId}`;
}

/** `{hostName}/{deviceId}[/{moduleId}]/?api-version=…&model-id=…&DeviceClientType=…`; ids and host stay as they are. */
export function hubUserName(fields: HubUserName): string {
  const { hostName, apiVersion = DEFAULT_HUB_API_VERSION, modelId, clientType } = fields;
  const model = modelId === undefined ? '' : `&model-id=${percentEncode(modelId)}`;
  const agent = clientType === undefined ? '' : `&DeviceClientType=${percentEncode(clientType)}`;
  return `${hostName}/${hubClientId(fields)}/?api-version=${apiVersion}${model}${agent}`;
}

/**
 * Undefined when it is no hub's. Tolerant where SDKs differ: the query may be missing, its parameters stand in any order and are
 * percent-encoded or plain (`model-id=dtmi:com:example:Thermostat;1`); unknown ones are skipped.
 */
export function readHubUserName(text: string): HubUserName | undefined {
  // An id may begin with `?`, so that the query is looked for behind its first character.
  const at = text.indexOf('/?', text.indexOf('/') + 2);
  const [hostName = '', deviceId = '', moduleId, ...more] = (at < 0 ? text : text.slice(0, at)).split('/');
  // An emulated hub may have its port behind its name.
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

/** Whether a hub of this connection profile speaks MQTT 3.1.1. Others speak MQTT 5 alone, or something not known here. */
export function isClassicProfile(profile: string | null | undefined): boolean {
  return profile == null || profile === 'classic';
}
