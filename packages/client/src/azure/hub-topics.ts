import type { HubIdentity } from './hub-identity.ts';
import { pairsOf, percentDecode, percentEncode } from './percent.ts';
import { type MessageProperties, readProperties, writeProperties } from './property-bag.ts';

/** A topic to which a device publishes, read. */
export type DeviceTopic =
  | ({ readonly type: 'telemetry' } & HubIdentity & MessageProperties)
  | { readonly type: 'method-response'; readonly status: number; readonly requestId: string }
  | { readonly type: HubRequestType; readonly requestId: string };

/** The requests of a device to its hub that carry a `$rid`, with their topics. */
export const HUB_REQUESTS = {
  'twin-get': '$iothub/twin/GET',
  'twin-report': '$iothub/twin/PATCH/properties/reported',
  'issue-certificate': '$iothub/credentials/POST/issueCertificate',
} as const;

/** The name of a request that has an answer. */
export type HubRequestType = keyof typeof HUB_REQUESTS;

/** The topic of a request: `$iothub/twin/GET/?$rid={requestId}` and the like. */
export const hubRequestTopic = (type: HubRequestType, requestId: string): string =>
  `${HUB_REQUESTS[type]}/?$rid=${requestId}`;

/** A topic to which a hub publishes, read. */
export type HubTopic =
  | ({ readonly type: 'message' } & HubIdentity & MessageProperties)
  | ({ readonly type: 'input'; readonly input: string } & HubIdentity & MessageProperties)
  | { readonly type: 'method'; readonly name: string; readonly requestId: string }
  | {
      readonly type: 'twin-response' | 'credential-response';
      readonly status: number;
      readonly requestId: string;
      /** The new version of the reported properties, in the answer to a report. */
      readonly version?: number | undefined;
    }
  | { readonly type: 'twin-desired'; readonly version: number };

/** The Topic Filters of a hub. A device may have five at a time. */
export const HUB_FILTERS = {
  messages: ({ deviceId }: HubIdentity): string => `devices/${deviceId}/messages/devicebound/#`,
  inputs: ({ deviceId, moduleId = '' }: HubIdentity): string => `devices/${deviceId}/modules/${moduleId}/inputs/#`,
  methods: (): string => '$iothub/methods/POST/#',
  twinResponses: (): string => '$iothub/twin/res/#',
  twinDesired: (): string => '$iothub/twin/PATCH/properties/desired/#',
  credentials: (): string => '$iothub/credentials/res/#',
} as const;

/** The name of a subscription that a hub grants. */
export type HubFilter = keyof typeof HUB_FILTERS;

/** How many of these filters a device can have at the same time. */
export const MOST_HUB_FILTERS = 5;

/**
 * The name of a filter that a device has sent; undefined for any other. Microsoft's C SDK for embedded devices sends `devices/+/…`.
 *
 * @example
 * readHubFilter('$iothub/methods/POST/#', { deviceId: 'sensor-17' }); // 'methods'
 */
export function readHubFilter(filter: string, identity: HubIdentity): HubFilter | undefined {
  const { deviceId, moduleId } = identity;
  if (filter === 'devices/+/messages/devicebound/#') return moduleId === undefined ? 'messages' : undefined;
  if (filter === `devices/${deviceId}/modules/${moduleId}/#`) return 'inputs';
  const names = Object.keys(HUB_FILTERS) as HubFilter[];
  return names
    .filter((name) => name !== (moduleId === undefined ? 'inputs' : 'messages'))
    .find((name) => HUB_FILTERS[name](identity) === filter);
}

/**
 * Topic of telemetry: `devices/{deviceId}/messages/events/` with the properties behind it.
 *
 * @example
 * telemetryTopic({ deviceId: 'sensor-17' }, { system: { messageId: '1' } }); // 'devices/sensor-17/messages/events/%24.mid=1'
 */
export function telemetryTopic(
  { deviceId, moduleId }: HubIdentity,
  properties: Partial<MessageProperties> = {},
): string {
  const module = moduleId === undefined ? '' : `/modules/${moduleId}`;
  return `devices/${deviceId}${module}/messages/events/${writeProperties(properties)}`;
}

/**
 * A telemetry topic, with its device id replaced by this one. Any other topic is returned unchanged.
 *
 * @example
 * telemetryTopicOf({ deviceId: 'b' }, 'devices/a/messages/events/'); // 'devices/b/messages/events/'
 */
export function telemetryTopicOf(identity: HubIdentity, topic: string): string {
  return topic.replace(/^devices\/[^/]+(?:\/modules\/[^/]+)?\/messages\/events\//, () => telemetryTopic(identity));
}

/**
 * Topic of a cloud-to-device message: `devices/{deviceId}/messages/devicebound/` with the properties behind it.
 *
 * @example
 * messageTopic({ deviceId: 'sensor-17' }); // 'devices/sensor-17/messages/devicebound/'
 */
export function messageTopic({ deviceId }: HubIdentity, properties: Partial<MessageProperties> = {}): string {
  return `devices/${deviceId}/messages/devicebound/${writeProperties(properties)}`;
}

/** Request ids are returned byte for byte as they came. */
export const methodTopic = (name: string, requestId: string): string =>
  `$iothub/methods/POST/${percentEncode(name)}/?$rid=${requestId}`;
/** The topic of the answer to a direct method: `$iothub/methods/res/{status}/?$rid={requestId}` */
export const methodResponseTopic = (status: number, requestId: string): string =>
  `$iothub/methods/res/${status}/?$rid=${requestId}`;
/** The topic that asks for the whole twin: `$iothub/twin/GET/?$rid={requestId}` */
export const twinGetTopic = (requestId: string): string => hubRequestTopic('twin-get', requestId);
/** The topic of a patch of the reported properties: `$iothub/twin/PATCH/properties/reported/?$rid={requestId}` */
export const twinReportTopic = (requestId: string): string => hubRequestTopic('twin-report', requestId);
/** The topic that asks for a certificate: `$iothub/credentials/POST/issueCertificate/?$rid={requestId}` */
export const issueCertificateTopic = (requestId: string): string => hubRequestTopic('issue-certificate', requestId);
/** The topic of an answer about the twin: `$iothub/twin/res/{status}/?$rid={requestId}`. `version` follows a report. */
export const twinResponseTopic = (status: number, requestId: string, version?: number): string =>
  `$iothub/twin/res/${status}/?$rid=${requestId}${version === undefined ? '' : `&$version=${version}`}`;
/** The topic of a patch of the desired properties: `$iothub/twin/PATCH/properties/desired/?$version={version}` */
export const twinDesiredTopic = (version: number): string =>
  `$iothub/twin/PATCH/properties/desired/?$version=${version}`;
/** The topic of an answer about a certificate: `$iothub/credentials/res/{status}/?$rid={requestId}` */
export const credentialResponseTopic = (status: number, requestId: string): string =>
  `$iothub/credentials/res/${status}/?$rid=${requestId}`;

/**
 * Reads a topic to which a device publishes. Undefined for any other: a hub closes the connection on it.
 *
 * @example
 * readDeviceTopic('$iothub/twin/GET/?$rid=a1'); // { type: 'twin-get', requestId: 'a1' }
 */
export function readDeviceTopic(topic: string): DeviceTopic | undefined {
  const [, deviceId, moduleId, bag] =
    /^devices\/([^/]+)(?:\/modules\/([^/]+))?\/messages\/events(?:\/([\s\S]*))?$/.exec(topic) ?? [];
  if (deviceId !== undefined) {
    const properties = readProperties(bag ?? '');
    return properties && { type: 'telemetry', deviceId, moduleId, ...properties };
  }
  const request = requestOf(topic);
  if (request === undefined || request.requestId === undefined) return undefined;
  const { path, requestId } = request;
  const [, status] = /^\$iothub\/methods\/res\/(-?\d{1,10})$/.exec(path) ?? [];
  if (status !== undefined) return { type: 'method-response', status: Number(status), requestId };
  const type = (Object.keys(HUB_REQUESTS) as HubRequestType[]).find((one) => HUB_REQUESTS[one] === path);
  return type && { type, requestId };
}

/** A method's status is a 32-bit integer at the service. SDKs send whatever the handler returned. */
const FROM_HUB =
  /^\$iothub\/(?:methods\/POST\/([^/]+)|(twin|credentials)\/res\/(-?\d{1,10})|twin\/PATCH\/properties\/(desired))$/;

/**
 * Reads a topic to which a hub publishes. Undefined for any other.
 *
 * @example
 * readHubTopic('$iothub/methods/POST/reboot/?$rid=1'); // { type: 'method', name: 'reboot', requestId: '1' }
 */
export function readHubTopic(topic: string): HubTopic | undefined {
  const [, deviceId, moduleId, input, bag] =
    /^devices\/([^/]+)(?:\/modules\/([^/]+)\/inputs\/([^/]+)|\/messages\/devicebound)(?:\/([\s\S]*))?$/.exec(topic) ??
    [];
  if (deviceId !== undefined) {
    const properties = readProperties(bag ?? '');
    if (!properties) return undefined;
    if (input === undefined) return { type: 'message', deviceId, ...properties };
    return { type: 'input', deviceId, moduleId, input, ...properties };
  }
  const { path = '', requestId, version } = requestOf(topic) ?? {};
  const [, method, asked, status, desired] = FROM_HUB.exec(path) ?? [];
  if (desired) return version === undefined ? undefined : { type: 'twin-desired', version };
  if (!requestId) return undefined;
  if (method) return { type: 'method', name: percentDecode(method) ?? method, requestId };
  if (asked === 'twin') return { type: 'twin-response', status: Number(status), requestId, version };
  return asked === undefined ? undefined : { type: 'credential-response', status: Number(status), requestId };
}

interface Request {
  readonly path: string;
  readonly requestId: string | undefined;
  readonly version: number | undefined;
}

/** Reads `{path}/?$rid={requestId}&$version={version}`, parameters in any order; others are skipped. */
function requestOf(topic: string): Request | undefined {
  const at = topic.indexOf('/?');
  if (at < 0) return undefined;
  const query = new Map(pairsOf(topic.slice(at + 2)).map(([name, value]) => [percentDecode(name) ?? name, value]));
  const requestId = query.get('$rid') || undefined;
  const version = query.get('$version') ?? '';
  return { path: topic.slice(0, at), requestId, version: /^\d{1,15}$/.test(version) ? Number(version) : undefined };
}
