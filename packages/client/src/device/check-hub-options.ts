import { encodeUtf8 } from '@mote/codec';
import { readConnectionString } from '../azure/connection-string.ts';
import { isPublishableId } from '../azure/hub-identity.ts';
import { telemetryTopic } from '../azure/hub-topics.ts';
import { isApiVersion, matches } from '../azure/ids.ts';
import { isApplicationProperty } from '../azure/property-bag.ts';
import { CLOSE_RULES, CONNECT_RULES, check, PUBLISH_RULES } from '../connect/check-connect-options.ts';
import { hubErrorOf, refuseHub } from '../hub/error.ts';
import { checkMessage, jsonText } from '../hub/limits.ts';
import type { Rule, Rules } from '../option-rules.ts';
import { parseEndpoint } from '../transport/host-port.ts';
import { bytesOf } from '../values.ts';
import type { DeviceHubOptionsBase } from './device-over.ts';
import type { MessagesOptions } from './hub-messages.ts';
import type {
  BatchOptions,
  HubLinkOptionsBase,
  HubOptionsBase,
  RequestOptions,
  SendOptions,
  TelemetryOptions,
} from './hub-options.ts';

const { host: _h, port: _p, path: _w, clientId: _i, credentials: _c, ...SHARED } = CONNECT_RULES;

const isText = (value: unknown): boolean => typeof value === 'string' && encodeUtf8(value) !== undefined;
const text: Rule = [isText, 'text'];
const between =
  (least: number, most: number) =>
  (value: unknown): boolean =>
    typeof value === 'number' && value >= least && value <= most;
const endpoint: Rule = [(value: unknown) => typeof value === 'string' && parseEndpoint(value), 'host or host:port'];
const id: Rule = [
  (value: unknown) => typeof value === 'string' && isPublishableId(value),
  "1 to 128 letters, digits and - . % _ * ? ! ( ) , : = @ $ ' ; (no + or #, which no topic can hold)",
];

/** A hub answers the second with a lost link. */
const qos: Rule = [(value: unknown) => value === 0 || value === 1, '0 or 1: a hub closes the link on QoS 2'];

const LINK_RULES: Rules<HubLinkOptionsBase & { readonly transport?: unknown }> = {
  ...SHARED,
  transport: [
    (value: unknown) =>
      ['tls', 'websocket', 'auto'].includes(value as string) ||
      [value].flat().every((one) => typeof (one as { dial?: unknown }).dial === 'function'),
    "'tls', 'websocket', 'auto' or an object with dial()",
  ],
  keepAlive: [
    (value: number) => Number.isInteger(value) && between(0, 1177)(value),
    'whole seconds, 0 to 1177: the service hangs up after 1767 s of silence',
  ],
  endpoint,
  apiVersion: [(value: string) => isApiVersion(value), 'such as 2021-04-12'],
  modelId: [(value: unknown) => matches(value, /^dtmi:[\w:;]{1,256}$/), 'a DTMI'],
  clientVersion: [(value: unknown) => matches(value, /^[ -~]{1,512}$/), 'printable ASCII'],
  tokenSeconds: [between(60, 31_536_000), '60 to 31,536,000 seconds'],
};

const attestation: Rule = [
  (value: { check?: unknown }) => typeof value === 'function' || typeof value?.check === 'function',
  'symmetricKey, groupKey, sasSigner, x509 or a function',
];

/** Those of `openDevice` under `hub`. */
export const HUB_LINK: Rules<DeviceHubOptionsBase & { readonly transport?: unknown }> = { ...LINK_RULES, attestation };

const HUB: Rules<HubOptionsBase & { readonly transport?: unknown }> = {
  ...HUB_LINK,
  hostName: endpoint,
  deviceId: id,
  moduleId: id,
  connectionString: [isText, 'text'],
  connectionProfile: [() => true, ''],
};

const TELEMETRY: Rules<TelemetryOptions> = {
  properties: [(value: unknown) => typeof value === 'object' && value !== null, 'an object'],
  contentType: text,
  contentEncoding: text,
  messageId: [(value: unknown) => matches(value, /^[\w\-.%*?!(),:=@$'+#;/]{1,128}$/), '1 to 128 characters of an id'],
  correlationId: text,
  creationTime: [(value: string | Date) => !Number.isNaN(new Date(value).getTime()), 'a Date, or ISO 8601'],
  component: text,
  outputName: text,
};

const SEND: Rules<SendOptions> = { ...PUBLISH_RULES, ...TELEMETRY, qos };

/** Of `will`. */
export const WILL: Rules<NonNullable<HubLinkOptionsBase['will']>> = {
  ...TELEMETRY,
  qos,
  body: [(value: unknown) => value !== undefined, 'bytes, text or JSON', true],
};

export const CLOSE: typeof CLOSE_RULES = CLOSE_RULES;

const BATCH: Rules<BatchOptions> = {
  ...SEND,
  maxBytes: [between(64, 262_144), 'bytes, 64 to 262,144'],
  maxDelayMs: [between(0, 86_400_000), 'milliseconds, up to a day'],
};

const REQUEST: Rules<RequestOptions> = { timeoutMs: PUBLISH_RULES.timeoutMs, signal: PUBLISH_RULES.signal };

export const MESSAGES: Rules<MessagesOptions> = { signal: PUBLISH_RULES.signal };

/** Throws HubError `invalid-options` at the first option that is unknown, wrong or missing. */
export function checkHubOptions(
  options: HubOptionsBase,
): Readonly<HubOptionsBase & { hostName: string; deviceId: string }> {
  if (typeof options !== 'object' || options === null) refuseHub('options', 'an object');
  hubCheck(options, HUB);
  const { connectionString, ...others } = options;
  let found: HubOptionsBase = others;
  if (connectionString !== undefined) {
    const read =
      readConnectionString(connectionString) ?? refuseHub('connectionString', 'HostName, DeviceId and a key');
    for (const name of ['hostName', 'deviceId', 'moduleId'] as const)
      if (others[name] !== undefined && others[name] !== read[name])
        refuseHub(name, 'another than in connectionString');
    const { hostName, deviceId, moduleId, gatewayHostName } = read;
    found = { endpoint: gatewayHostName, ...others, hostName, deviceId, moduleId };
    hubCheck(found, HUB);
  }
  const { hostName = refuseHub('hostName', 'is missing'), deviceId = refuseHub('deviceId', 'is missing') } = found;
  return { ...found, hostName, deviceId };
}

export function checkSend(options: SendOptions): void {
  hubCheck(options, SEND);
}

export function checkBatch(options: BatchOptions): void {
  hubCheck(options, BATCH);
}

export function checkRequest(options: RequestOptions): void {
  hubCheck(options, REQUEST);
}

export function hubCheck(options: object, rules: Readonly<Record<string, Rule>>, prefix?: string): void {
  try {
    check(options, rules, prefix);
  } catch (error) {
    throw hubErrorOf(error);
  }
}

export interface TelemetryMessage {
  readonly topicName: string;
  readonly payload: Uint8Array;
  /** As the hub's limit counts them. */
  readonly size: number;
}

/** The message that leaves, checked against what the hub takes. Throws HubError. */
export function telemetryOf(
  identity: { readonly deviceId: string; readonly moduleId?: string | undefined },
  body: unknown,
  { properties = {}, creationTime, ...system }: TelemetryOptions,
): TelemetryMessage {
  const own = new Map(Object.entries(properties));
  for (const [name, value] of own) {
    if (!isText(name) || !isApplicationProperty(name))
      refuseHub(`properties.${name.slice(0, 64)}`, 'a name that does not begin with $ or iothub-');
    if (value !== null && !isText(value)) refuseHub(`properties.${name.slice(0, 64)}`, 'text or null');
  }
  const bytes = typeof body === 'string' ? encodeUtf8(body) : bytesOf(body);
  const json = bytes ?? (typeof body === 'string' ? refuseHub('body', 'text without half surrogate pairs') : undefined);
  const payload = json ?? encodeUtf8(jsonText('body', body))!;
  const { contentType, contentEncoding, messageId, correlationId, component, outputName } = system;
  const base = telemetryTopic(identity);
  const topicName = telemetryTopic(identity, {
    system: {
      messageId,
      correlationId,
      component,
      outputName,
      contentType: contentType ?? (json ? undefined : 'application/json'),
      contentEncoding: contentEncoding ?? (json ? undefined : 'utf-8'),
      creationTime: creationTime && new Date(creationTime).toISOString(),
    },
    properties: own,
  });
  return { topicName, payload, size: checkMessage(payload, topicName, base.length) };
}
