import { encodeUtf8, isTopicFilter, isTopicName } from '@mote/codec';
import { isEndpoint, isSignal, isText, isTransport, oneOf, type Rules, whole } from '../option-rules.ts';
import { parseEndpoint } from '../transport/host-port.ts';
import type {
  ConnectOptions,
  CredentialOptions,
  LeanConnectOptions,
  PublishOptions,
  SubscribeOptions,
  WillOptions,
} from './connect-options.ts';
import { checkOption, flag, LINK_RULES, MESSAGE_RULES, refuseOption } from './shared-rules.ts';

const isBytesOrText = (value: unknown): boolean => ArrayBuffer.isView(value) || isText(value);
const qos = /* @__PURE__ */ oneOf(0, 1, 2);
const isName = /* @__PURE__ */ oneOf('tls', 'websocket', 'tcp', 'auto');

const CREDENTIALS: Rules<CredentialOptions> = { userName: isText, password: isBytesOrText };
const WILL: Rules<WillOptions> = {
  topicName: [isTopicName, 'required'],
  payload: [isBytesOrText, 'required'],
  qos,
  retain: flag,
};

export const CONNECT_RULES: Rules<ConnectOptions> = {
  host: [(value: string) => isEndpoint(value) && parseEndpoint(value)?.port === undefined, 'required'],
  port: /* @__PURE__ */ whole(1, 65_535),
  transport: (value: unknown) => isName(value) || isTransport(value),
  path: /^\/[!-~]*$/,
  clientId: [(value: unknown) => isText(value) && encodeUtf8(value)!.length < 65_536, 'required'],
  keepAlive: /* @__PURE__ */ whole(0, 65_535),
  will: WILL,
  credentials: [CREDENTIALS, 'or-function'],
  ...LINK_RULES,
};

export const PUBLISH_RULES: Rules<PublishOptions> = { qos, ...MESSAGE_RULES };

const SUBSCRIBE: Rules<SubscribeOptions> = {
  qos,
  highWater: /* @__PURE__ */ whole(1, 1_000_000),
  whenFull: /* @__PURE__ */ oneOf('hold', 'drop-oldest', 'drop-newest'),
  ack: /* @__PURE__ */ oneOf('auto', 'after', 'manual'),
  signal: isSignal,
};

/** Throws MqttError `invalid-options` at the first option that is unknown, wrong or missing. */
export function checkConnectOptions(options: ConnectOptions | LeanConnectOptions): void {
  checkOption(options, CONNECT_RULES);
  const { credentials, cleanSession, clientId } = options;
  if (typeof credentials === 'object') checkCredentials(credentials);
  // Who asks for them believes that nobody listens in.
  for (const name of ['proxy', 'tls'] as const)
    if (options.transport === 'tcp' && options[name] !== undefined) refuseOption(name, "not with transport 'tcp'");
  // The server would refuse it [MQTT-3.1.3-8].
  if (clientId === '' && cleanSession === false) refuseOption('clientId', 'not empty with cleanSession: false');
}

export function checkCredentials(credentials: CredentialOptions): void {
  checkOption(credentials, CREDENTIALS, 'credentials.');
  const { userName, password } = credentials;
  if (password !== undefined && userName === undefined)
    refuseOption('credentials.userName', 'needed with a password [MQTT-3.1.2-22]');
}

export function checkPublish(topicName: unknown, payload: unknown, options: PublishOptions): void {
  if (typeof topicName !== 'string' || !isTopicName(topicName)) refuseOption('topicName', 'wrong');
  if (!isBytesOrText(payload)) refuseOption('payload', 'wrong');
  checkOption(options, PUBLISH_RULES);
}

export function checkSubscribe(topicFilter: unknown, options: SubscribeOptions): void {
  if (typeof topicFilter !== 'string' || !isTopicFilter(topicFilter)) refuseOption('topicFilter', 'wrong');
  checkOption(options, SUBSCRIBE);
}
