import { percentDecode, splitQuery } from '../percent-decode.ts';

/** What a device says in its user name at a hub: `{host}/{deviceId}[/{moduleId}]/?api-version=…&…`. */
export interface HubUserName {
  readonly host: string;
  readonly deviceId: string;
  readonly moduleId: string | undefined;
  /** The older form has none. */
  readonly apiVersion: string | undefined;
  readonly modelId: string | undefined;
  readonly clientVersion: string | undefined;
}

/** Undefined for a user name of DPS (`{idScope}/registrations/…`), and for one that is neither. */
export function parseHubUserName(text: string): HubUserName | undefined {
  const at = text.indexOf('/?');
  const [host = '', deviceId = '', moduleId, ...more] = (at < 0 ? text : text.slice(0, at)).split('/');
  if (!host.includes('.') && host.toLowerCase() !== 'localhost') return undefined;
  if (deviceId === '' || moduleId === '' || more.length > 0) return undefined;
  // Node writes the model id plainly, others percent-encoded: both read the same.
  const query = new Map(
    at < 0 ? [] : splitQuery(text.slice(at + 2)).map(([key, value]) => [key.toLowerCase(), decoded(value)]),
  );
  return {
    host,
    deviceId,
    moduleId,
    apiVersion: query.get('api-version'),
    modelId: query.get('model-id'),
    clientVersion: query.get('deviceclienttype'),
  };
}

/** `{hub}.device.azure-devices.net` is another way to the same hub. A port may stand behind a hub that is emulated. */
export const canonicalHost = (host: string): string =>
  host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/\.device\.(azure-devices\.)/, '.$1');

/** What a device may publish to. */
export type HubTopic =
  | { readonly type: 'telemetry'; readonly bag: string }
  | { readonly type: 'twin-get'; readonly requestId: string }
  | { readonly type: 'twin-report'; readonly requestId: string }
  | { readonly type: 'method-answer'; readonly requestId: string; readonly status: number };

const TWIN_GET = '$iothub/twin/GET/?';
const TWIN_REPORT = '$iothub/twin/PATCH/properties/reported/?';
const METHOD_ANSWER = /^\$iothub\/methods\/res\/(-?\d{1,10})\/\?(.*)$/s;

/** `device` is `devices/{deviceId}` or `devices/{deviceId}/modules/{moduleId}`. Undefined for every other topic. */
export function parseHubTopic(topicName: string, device: string): HubTopic | undefined {
  const events = `${device}/messages/events`;
  if (topicName === events) return { type: 'telemetry', bag: '' };
  if (topicName.startsWith(`${events}/`)) return { type: 'telemetry', bag: topicName.slice(events.length + 1) };
  if (topicName.startsWith(TWIN_GET)) return withRequestId('twin-get', topicName.slice(TWIN_GET.length));
  if (topicName.startsWith(TWIN_REPORT)) return withRequestId('twin-report', topicName.slice(TWIN_REPORT.length));
  const [, status, query] = METHOD_ANSWER.exec(topicName) ?? [];
  const requestId = query === undefined ? undefined : ridOf(query);
  return requestId === undefined ? undefined : { type: 'method-answer', requestId, status: Number(status) };
}

function withRequestId(type: 'twin-get' | 'twin-report', query: string): HubTopic | undefined {
  const requestId = ridOf(query);
  return requestId === undefined ? undefined : { type, requestId };
}

// The echo has to fit into a topic.
const LONGEST_REQUEST_ID = 1024;

/** As it was written: it is echoed byte for byte. */
function ridOf(query: string): string | undefined {
  const requestId = new Map(splitQuery(query)).get('$rid');
  return requestId === undefined || requestId.length > LONGEST_REQUEST_ID ? undefined : requestId;
}

/** The five subjects that may be subscribed to. */
export type HubSubject = 'messages' | 'methods' | 'twin-answers' | 'desired' | 'inputs' | 'credentials';

/** Undefined for a filter that is not documented. The C SDK writes `+` for its own id. */
export function subjectOf(filter: string, device: string): HubSubject | undefined {
  switch (filter) {
    case `${device}/messages/devicebound/#`:
    case 'devices/+/messages/devicebound/#':
      return 'messages';
    case '$iothub/methods/POST/#':
      return 'methods';
    case '$iothub/twin/res/#':
      return 'twin-answers';
    case '$iothub/twin/PATCH/properties/desired/#':
      return 'desired';
    case '$iothub/credentials/res/#':
      return 'credentials';
    case `${device}/inputs/#`:
    case `${device}/#`:
      return 'inputs';
  }
  return undefined;
}

/** Application and system properties of a message; null for a name without `=`. */
export interface PropertyBag {
  readonly properties: Readonly<Record<string, string | null>>;
  /** By the names of the service: `messageId`, `contentType`, … */
  readonly systemProperties: Readonly<Record<string, string | null>>;
}

const SYSTEM_PROPERTIES: Readonly<Record<string, string>> = {
  '$.mid': 'messageId',
  '$.cid': 'correlationId',
  '$.uid': 'userId',
  '$.to': 'to',
  '$.ct': 'contentType',
  '$.ce': 'contentEncoding',
  '$.exp': 'absoluteExpiryTime',
  '$.ctime': 'creationTime',
  '$.on': 'outputName',
  '$.sub': 'component',
  '$.ifid': 'interfaceId',
  '$.schema': 'messageSchema',
  '$.cdid': 'connectionDeviceId',
  '$.cmid': 'connectionModuleId',
};

/** Undefined when an escape is not one. `+` is a plus; one leading `?` is skipped. */
export function readBag(text: string): PropertyBag | undefined {
  const properties: [string, string | null][] = [];
  const systemProperties: [string, string | null][] = [];
  for (const pair of text.replace(/^\?/, '').split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = percentDecode(at < 0 ? pair : pair.slice(0, at));
    const value = at < 0 ? null : percentDecode(pair.slice(at + 1));
    if (name === undefined || value === undefined) return undefined;
    const system = Object.hasOwn(SYSTEM_PROPERTIES, name) ? SYSTEM_PROPERTIES[name] : undefined;
    if (system === undefined) properties.push([name, value]);
    else systemProperties.push([system, value]);
  }
  return { properties: Object.fromEntries(properties), systemProperties: Object.fromEntries(systemProperties) };
}

/** As the hub writes it: system properties first, the dollar encoded. */
export function writeBag({ properties, systemProperties }: PropertyBag): string {
  const names = new Map(Object.entries(SYSTEM_PROPERTIES).map(([name, system]) => [system, name]));
  const write = ([name, value]: [string, string | null]) =>
    value === null ? encodeURIComponent(name) : `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
  return (
    [
      ...Object.entries(systemProperties).map(([name, value]) => write([names.get(name) ?? name, value])),
      ...Object.entries(properties).map(write),
    ]
      // `$.mid` is written `%24.mid`.
      .join('&')
  );
}

const decoded = (text: string): string => percentDecode(text) ?? text;
