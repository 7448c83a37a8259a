import { isTopicFilter, isTopicName } from '@mote/codec';
import {
  any,
  checkTransports,
  isSignal,
  isText,
  oneOf,
  type Rules,
  type TransportsOf,
  whole,
} from '../option-rules.ts';
import { parseEndpoint } from '../transport/host-port.ts';
import type { Transport } from '../transport/transport.ts';
import { wrong } from '../values.ts';
import type {
  ConnectOptions,
  CredentialOptions,
  LeanConnectOptions,
  PublishOptions,
  SubscribeOptions,
  WillOptions,
} from './connect-options.ts';
import { payloadOf } from './payload.ts';
import { checkOption, flag, LINK_RULES, MESSAGE_RULES, refuseOption } from './shared-rules.ts';

/** Bytes or text for a field of CONNECT, which has two bytes for their number. */
const isField = (value: unknown): boolean => payloadOf(value)!.length < 65_536;
/** U+0000 is in no text of MQTT [MQTT-1.5.3-2]. */
const isTextField = (value: unknown): boolean => isText(value) && isField(value) && !value.includes('\0');
const qos = /* @__PURE__ */ oneOf(0, 1, 2);

const CREDENTIALS: Rules<CredentialOptions> = { userName: isTextField, password: isField };
const WILL: Rules<WillOptions> = {
  topicName: [isTopicName, 'required'],
  payload: [isField, 'required'],
  qos,
  retain: flag,
};

/** The rules for the options of `connect` and `createClient`, one for each option: the type asks for all of them. */
export const CONNECT_RULES: Rules<ConnectOptions> = {
  host: [(value: unknown) => isText(value) && !parseEndpoint(value)!.port, 'required'],
  port: /* @__PURE__ */ whole(1, 65_535),
  transport: any,
  path: /^\/[!-~]*$/,
  clientId: [isTextField, 'required'],
  keepAlive: /* @__PURE__ */ whole(0, 65_535),
  will: WILL,
  credentials: [CREDENTIALS, 'or-function'],
  ...LINK_RULES,
};

/** The rules for the options of `publish`. */
export const PUBLISH_RULES: Rules<PublishOptions> = { qos, ...MESSAGE_RULES };

const SUBSCRIBE: Rules<SubscribeOptions> = {
  qos,
  highWater: /* @__PURE__ */ whole(1, 1_000_000),
  whenFull: /* @__PURE__ */ oneOf('hold', 'drop-oldest', 'drop-newest'),
  ack: /* @__PURE__ */ oneOf('auto', 'after', 'manual'),
  signal: isSignal,
};

/**
 * Returns the options, and the transports that the option `transport` stands for. Each is read once, so a getter cannot give another
 * value later. Throws MqttError `invalid-options` at the first that is unknown, wrong or missing.
 */
export function checkConnectOptions<Options extends ConnectOptions | LeanConnectOptions>(
  given: Options,
  transportsOf: TransportsOf,
): readonly [Options, readonly Transport[]] {
  const options = checkOption(given, CONNECT_RULES);
  const transports = checkTransports(options, transportsOf, refuseOption);
  const { credentials, cleanSession, clientId } = options;
  if (typeof credentials === 'object') checkCredentials(credentials);
  // A caller who gives these expects a protected connection, and TCP has no encryption. So they are refused, not ignored.
  for (const name of ['proxy', 'tls'] as const)
    if (options[name] && transports.some((transport) => transport.name === 'tcp'))
      refuseOption(name, 'no such option of tcp');
  // The server would refuse it with CONNACK 2 [MQTT-3.1.3-8].
  if (clientId === '' && cleanSession === false) refuseOption('clientId', 'wrong');
  return [options, transports];
}

/** Returns user name and password. They are checked before each dial, since a function may have given them. */
export function checkCredentials(given: CredentialOptions): CredentialOptions {
  const credentials = checkOption(given, CREDENTIALS, 'credentials.');
  const { userName, password } = credentials;
  // A password needs a user name [MQTT-3.1.2-22].
  if (password !== undefined && userName === undefined) refuseOption('credentials.userName', 'missing');
  return credentials;
}

/** Throws MqttError `invalid-options` if topic or payload is wrong. `bytes`: what `payloadOf` has made of the payload. */
export function checkMessage(topicName: unknown, payload: unknown, bytes: unknown): void {
  if (!isTopicName(topicName as string)) refuseOption('topicName', wrong(topicName));
  if (!bytes) refuseOption('payload', wrong(payload));
}

/** Returns the options of a subscription. Throws MqttError `invalid-options` if the Topic Filter or an option is wrong. */
export function checkSubscribe(topicFilter: unknown, options: SubscribeOptions): SubscribeOptions {
  if (!isTopicFilter(topicFilter as string)) refuseOption('topicFilter', wrong(topicFilter));
  return checkOption(options, SUBSCRIBE);
}
