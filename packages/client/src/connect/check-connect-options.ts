import { encodeUtf8, isTopicFilter, isTopicName } from '@mote/codec';
import { MqttError } from '../mqtt/error.ts';
import {
  any,
  check as checkRules,
  isEndpoint,
  isFunction,
  isSignal,
  isText,
  isTransport,
  number,
  oneOf,
  type Rule,
  type Rules,
  TLS_RULES,
  whole,
} from '../option-rules.ts';
import { parseEndpoint } from '../transport/host-port.ts';
import type {
  CloseOptions,
  ConnectOptions,
  CredentialOptions,
  LeanConnectOptions,
  MqttTlsOptions,
  PublishOptions,
  QueueOptions,
  ReconnectRetryOptions,
  SubscribeOptions,
  WillOptions,
} from './connect-options.ts';

const MOST_MS = Number.MAX_SAFE_INTEGER;

const isBytesOrText = (value: unknown): boolean => ArrayBuffer.isView(value) || isText(value);
const flag = /* @__PURE__ */ oneOf(true, false);
const qos = /* @__PURE__ */ oneOf(0, 1, 2);
const count = /* @__PURE__ */ number(0);
const ms = /* @__PURE__ */ number(0, MOST_MS);
const someMs = /* @__PURE__ */ number(Number.MIN_VALUE, MOST_MS);
const isName = oneOf('tls', 'websocket', 'tcp', 'auto');

const CREDENTIALS: Rules<CredentialOptions> = { userName: isText, password: isBytesOrText };
const TLS: Rules<MqttTlsOptions> = { ...TLS_RULES, cert: any, key: any, passphrase: isText };
const WILL: Rules<WillOptions> = {
  topicName: [isTopicName, 'required'],
  payload: [isBytesOrText, 'required'],
  qos,
  retain: flag,
};
const QUEUE: Rules<QueueOptions> = {
  maxMessages: count,
  maxBytes: count,
  whenFull: /* @__PURE__ */ oneOf('reject', 'drop-oldest', 'drop-newest'),
};
const RETRY: Rules<ReconnectRetryOptions> = { baseMs: ms, capMs: ms, attempts: count, standMs: ms, silenceMs: someMs };

export const CONNECT_RULES: Rules<ConnectOptions> = {
  host: [(value: string) => isEndpoint(value) && parseEndpoint(value)?.port === undefined, 'required'],
  port: /* @__PURE__ */ whole(1, 65_535),
  transport: (value: unknown) => isName(value) || isTransport(value),
  path: /^\/[!-~]*$/,
  tls: [TLS, 'or-function'],
  proxy: isText,
  clientId: [(value: unknown) => isText(value) && encodeUtf8(value)!.length < 65_536, 'required'],
  cleanSession: flag,
  keepAlive: /* @__PURE__ */ whole(0, 65_535),
  will: WILL,
  credentials: [CREDENTIALS, 'or-function'],
  window: /* @__PURE__ */ whole(1, 65_000),
  queue: QUEUE,
  store: (value: Record<string, unknown>) =>
    ['load', 'put', 'delete', 'clear'].every((name) => isFunction(value[name])),
  retry: RETRY,
  onSessionLost: /* @__PURE__ */ oneOf('resume', 'fail'),
  maxPacketSize: /* @__PURE__ */ whole(2, 268_435_455),
  timeoutMs: someMs,
  signal: isSignal,
  onState: isFunction,
  onPacket: isFunction,
};

export const PUBLISH_RULES: Rules<PublishOptions> = {
  qos,
  retain: flag,
  signal: isSignal,
  timeoutMs: someMs,
  expiresAfterMs: someMs,
};

const SUBSCRIBE: Rules<SubscribeOptions> = {
  qos,
  highWater: /* @__PURE__ */ whole(1, 1_000_000),
  whenFull: /* @__PURE__ */ oneOf('hold', 'drop-oldest', 'drop-newest'),
  ack: /* @__PURE__ */ oneOf('auto', 'after', 'manual'),
  signal: isSignal,
};

export const CLOSE_RULES: Rules<CloseOptions> = { drainMs: ms };

/** Throws MqttError `invalid-options` at the first option that is unknown, wrong or missing. */
export function checkConnectOptions(options: ConnectOptions | LeanConnectOptions): void {
  check(options, CONNECT_RULES);
  const { credentials = {}, cleanSession, clientId } = options;
  if (typeof credentials === 'object') requireUserName(credentials);
  // Who asks for them believes that nobody listens in.
  for (const name of ['proxy', 'tls'] as const)
    if (options.transport === 'tcp' && options[name] !== undefined) refuseOption(name, "not with transport 'tcp'");
  // The server would refuse it [MQTT-3.1.3-8].
  if (clientId === '' && cleanSession === false) refuseOption('clientId', 'not empty with cleanSession: false');
}

export function checkCredentials(credentials: CredentialOptions): void {
  check(credentials, CREDENTIALS, 'credentials.');
  requireUserName(credentials);
}

function requireUserName({ userName, password }: CredentialOptions): void {
  if (password !== undefined && userName === undefined)
    refuseOption('credentials.userName', 'needed with a password [MQTT-3.1.2-22]');
}

export function checkTls(tls: MqttTlsOptions): MqttTlsOptions {
  check(tls, TLS, 'tls.');
  return tls;
}

export function checkPublish(topicName: unknown, payload: unknown, options: PublishOptions): void {
  if (typeof topicName !== 'string' || !isTopicName(topicName)) refuseOption('topicName', 'wrong');
  if (!isBytesOrText(payload)) refuseOption('payload', 'wrong');
  check(options, PUBLISH_RULES);
}

export function checkSubscribe(topicFilter: unknown, options: SubscribeOptions): void {
  if (typeof topicFilter !== 'string' || !isTopicFilter(topicFilter)) refuseOption('topicFilter', 'wrong');
  check(options, SUBSCRIBE);
}

export function checkClose(options: CloseOptions): void {
  check(options, CLOSE_RULES);
}

/** Throws `invalid-options`. The value stays out of the message: it may be a secret in the wrong place. */
export function refuseOption(option: string, why: string): never {
  throw new MqttError('invalid-options', 'options', {}, `${option}: ${why}`);
}

function check(options: object, rules: Readonly<Record<string, Rule>>, prefix?: string): void {
  checkRules(options, rules, refuseOption, prefix);
}
