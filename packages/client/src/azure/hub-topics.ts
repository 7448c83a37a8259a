import type { HubIdentity } from './hub-identity.ts';
import { pairsOf, percentDecode, percentEncode } from './percent.ts';
import { type MessageProperties, readProperties, writeProperties } from './property-bag.ts';

/** What a device publishes. */
export type DeviceTopic =
  | ({ readonly type: 'telemetry' } & HubIdentity & MessageProperties)
  | { readonly type: 'method-response'; readonly status: number; readonly requestId: string }
  | { readonly type: 'twin-get' | 'twin-report' | 'issue-certificate'; readonly requestId: string };

/** What a hub publishes. */
export type HubTopic =
  | ({ readonly type: 'message' } & HubIdentity & MessageProperties)
  | ({ readonly type: 'input'; readonly input: string } & HubIdentity & MessageProperties)
  | { readonly type: 'method'; readonly name: string; readonly requestId: string }
  | {
      readonly type: 'twin-response' | 'credential-response';
      readonly status: number;
      readonly requestId: string;
      /** Of the reported properties, in the answer to a report. */
      readonly version?: number | undefined;
    }
  | { readonly type: 'twin-desired'; readonly version: number };

/** What a device may subscribe to; five at a time. */
export const HUB_FILTERS = {
  messages: ({ deviceId }: HubIdentity): string => `devices/${deviceId}/messages/devicebound/#`,
  inputs: ({ deviceId, moduleId = '' }: HubIdentity): string => `devices/${deviceId}/modules/${moduleId}/inputs/#`,
  methods: (): string => '$iothub/methods/POST/#',
  twinResponses: (): string => '$iothub/twin/res/#',
  twinDesired: (): string => '$iothub/twin/PATCH/properties/desired/#',
  credentials: (): string => '$iothub/credentials/res/#',
} as const;

export type HubFilter = keyof typeof HUB_FILTERS;

export const MOST_HUB_FILTERS = 5;

/** Which of them a device means; undefined for any other. `devices/+/…` is what Microsoft's C SDK for embedded devices sends. */
export function readHubFilter(filter: string, identity: HubIdentity): HubFilter | undefined {
  const { deviceId, moduleId } = identity;
  if (filter === 'devices/+/messages/devicebound/#') return moduleId === undefined ? 'messages' : undefined;
  if (filter === `devices/${deviceId}/modules/${moduleId}/#`) return 'inputs';
  const names = Object.keys(HUB_FILTERS) as HubFilter[];
  return names
    .filter((name) => name !== (moduleId === undefined ? 'inputs' : 'messages'))
    .find((name) => HUB_FILTERS[name](identity) === filter);
}

/** `devices/{deviceId}/messages/events/` and the properties */
export function telemetryTopic(
  { deviceId, moduleId }: HubIdentity,
  properties: Partial<MessageProperties> = {},
): string {
  const module = moduleId === undefined ? '' : `/modules/${moduleId}`;
  return `devices/${deviceId}${module}/messages/events/${writeProperties(properties)}`;
}

/** A topic of telemetry, of this sender in place of the one that it was written for. Any other topic stays as it is. */
export function telemetryTopicOf(identity: HubIdentity, topic: string): string {
  return topic.replace(/^devices\/[^/]+(?:\/modules\/[^/]+)?\/messages\/events\//, () => telemetryTopic(identity));
}

/** `devices/{deviceId}/messages/devicebound/` and the properties */
export function messageTopic({ deviceId }: HubIdentity, properties: Partial<MessageProperties> = {}): string {
  return `devices/${deviceId}/messages/devicebound/${writeProperties(properties)}`;
}

/** A request id is taken as it is and given back as it came: byte for byte. */
export const methodTopic = (name: string, requestId: string): string =>
  `$iothub/methods/POST/${percentEncode(name)}/?$rid=${requestId}`;
export const methodResponseTopic = (status: number, requestId: string): string =>
  `$iothub/methods/res/${status}/?$rid=${requestId}`;
export const twinGetTopic = (requestId: string): string => `$iothub/twin/GET/?$rid=${requestId}`;
export const twinReportTopic = (requestId: string): string =>
  `$iothub/twin/PATCH/properties/reported/?$rid=${requestId}`;
export const twinResponseTopic = (status: number, requestId: string, version?: number): string =>
  `$iothub/twin/res/${status}/?$rid=${requestId}${version === undefined ? '' : `&$version=${version}`}`;
export const twinDesiredTopic = (version: number): string =>
  `$iothub/twin/PATCH/properties/desired/?$version=${version}`;
export const issueCertificateTopic = (requestId: string): string =>
  `$iothub/credentials/POST/issueCertificate/?$rid=${requestId}`;
export const credentialResponseTopic = (status: number, requestId: string): string =>
  `$iothub/credentials/res/${status}/?$rid=${requestId}`;

/** A topic that a device publishes to; undefined for any other, on which a hub closes the link. */
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
  const status = statusOf(path, '$iothub/methods/res/');
  if (status !== undefined) return { type: 'method-response', status, requestId };
  const type = REQUESTS[path];
  return type && { type, requestId };
}

const REQUESTS: Readonly<Record<string, 'twin-get' | 'twin-report' | 'issue-certificate'>> = {
  '$iothub/twin/GET': 'twin-get',
  '$iothub/twin/PATCH/properties/reported': 'twin-report',
  '$iothub/credentials/POST/issueCertificate': 'issue-certificate',
};

/** A topic that a hub publishes to; undefined for any other. */
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
  const request = requestOf(topic);
  if (request === undefined) return undefined;
  const { path, requestId, version } = request;
  if (path === '$iothub/twin/PATCH/properties/desired')
    return version === undefined ? undefined : { type: 'twin-desired', version };
  if (requestId === undefined) return undefined;
  const [, method] = /^\$iothub\/methods\/POST\/([^/]+)$/.exec(path) ?? [];
  if (method !== undefined) return { type: 'method', name: percentDecode(method) ?? method, requestId };
  const ofTwin = statusOf(path, '$iothub/twin/res/');
  if (ofTwin !== undefined) return { type: 'twin-response', status: ofTwin, requestId, version };
  const ofCredential = statusOf(path, '$iothub/credentials/res/');
  return ofCredential === undefined ? undefined : { type: 'credential-response', status: ofCredential, requestId };
}

interface Request {
  readonly path: string;
  readonly requestId: string | undefined;
  readonly version: number | undefined;
}

/** `{path}/?$rid={requestId}&$version={version}`, in any order; other parameters are skipped. */
function requestOf(topic: string): Request | undefined {
  const at = topic.indexOf('/?');
  if (at < 0) return undefined;
  const query = new Map(pairsOf(topic.slice(at + 2)).map(([name, value]) => [percentDecode(name) ?? name, value]));
  const requestId = query.get('$rid') || undefined;
  const version = query.get('$version') ?? '';
  return { path: topic.slice(0, at), requestId, version: /^\d{1,15}$/.test(version) ? Number(version) : undefined };
}

function statusOf(path: string, base: string): number | undefined {
  const text = path.startsWith(base) ? path.slice(base.length) : '';
  // 32 bits, as the service has it; SDKs send what the handler returned.
  return /^-?\d{1,10}$/.test(text) ? Number(text) : undefined;
}
