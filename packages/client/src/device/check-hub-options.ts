import { encodeUtf8 } from '@mote/codec';
import { readConnectionString } from '../azure/connection-string.ts';
import { isPublishableId } from '../azure/hub-identity.ts';
import { telemetryTopic } from '../azure/hub-topics.ts';
import { isApiVersion } from '../azure/ids.ts';
import { isApplicationProperty } from '../azure/property-bag.ts';
import { CLOSE_RULES, CONNECT_RULES, PUBLISH_RULES } from '../connect/check-connect-options.ts';
import { refuseHub } from '../hub/error.ts';
import { checkMessage, jsonText } from '../hub/limits.ts';
import {
  any,
  check,
  isEndpoint,
  isFunction,
  isObject,
  isText,
  isTransport,
  number,
  oneOf,
  type Rule,
  type Rules,
  USER_AGENT,
  whole,
} from '../option-rules.ts';
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

const isId = (value: unknown): boolean => typeof value === 'string' && isPublishableId(value);
const isName = /* @__PURE__ */ oneOf('tls', 'websocket', 'auto');
/** A hub answers QoS 2 with a lost link. */
const qos = /* @__PURE__ */ oneOf(0, 1);

const TELEMETRY: Rules<TelemetryOptions> = {
  properties: isObject,
  contentType: isText,
  contentEncoding: isText,
  messageId: /^[\w\-.%*?!(),:=@$'+#;/]{1,128}$/,
  correlationId: isText,
  creationTime: (value: string | Date) => !Number.isNaN(new Date(value).getTime()),
  component: isText,
  outputName: isText,
};

/** Those of `openDevice` under `hub`. */
export const HUB_LINK: Rules<DeviceHubOptionsBase & { readonly transport?: unknown }> = {
  ...SHARED,
  transport: (value: unknown) => isName(value) || isTransport(value),
  keepAlive: /* @__PURE__ */ whole(0, 1177),
  will: { ...TELEMETRY, qos, body: [any, 'required'] } satisfies Rules<NonNullable<HubLinkOptionsBase['will']>>,
  endpoint: isEndpoint,
  apiVersion: isApiVersion,
  modelId: /^dtmi:[\w:;]{1,256}$/,
  clientVersion: USER_AGENT,
  tokenSeconds: /* @__PURE__ */ number(60, 31_536_000),
  attestation: (value: { check?: unknown }) => isFunction(value) || isFunction(value.check),
};

const HUB: Rules<HubOptionsBase & { readonly transport?: unknown }> = {
  ...HUB_LINK,
  hostName: isEndpoint,
  deviceId: isId,
  moduleId: isId,
  connectionString: isText,
  connectionProfile: any,
};

export const SEND: Rules<SendOptions> = { ...PUBLISH_RULES, ...TELEMETRY, qos };
export const BATCH: Rules<BatchOptions> = {
  ...SEND,
  maxBytes: /* @__PURE__ */ number(64, 262_144),
  maxDelayMs: /* @__PURE__ */ number(0, 86_400_000),
};
export const REQUEST: Rules<RequestOptions> = { timeoutMs: PUBLISH_RULES.timeoutMs, signal: PUBLISH_RULES.signal };
export const MESSAGES: Rules<MessagesOptions> = { signal: PUBLISH_RULES.signal };
export const CLOSE: typeof CLOSE_RULES = CLOSE_RULES;

/** Throws HubError `invalid-options` at the first option that is unknown, wrong or missing. */
export function checkHubOptions(
  options: HubOptionsBase,
): Readonly<HubOptionsBase & { hostName: string; deviceId: string }> {
  hubCheck(options, HUB);
  const { connectionString, ...others } = options;
  let found: HubOptionsBase = others;
  if (connectionString !== undefined) {
    const read = readConnectionString(connectionString) ?? refuseHub('connectionString', 'wrong');
    for (const name of ['hostName', 'deviceId', 'moduleId'] as const)
      if (others[name] !== undefined && others[name] !== read[name])
        refuseHub(name, 'another than in connectionString');
    const { hostName, deviceId, moduleId, gatewayHostName } = read;
    found = { endpoint: gatewayHostName, ...others, hostName, deviceId, moduleId };
    hubCheck(found, HUB);
  }
  const { hostName = refuseHub('hostName', 'missing'), deviceId = refuseHub('deviceId', 'missing') } = found;
  return { ...found, hostName, deviceId };
}

export function hubCheck(options: object, rules: Readonly<Record<string, Rule>>, prefix?: string): void {
  check(options, rules, refuseHub, prefix);
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
