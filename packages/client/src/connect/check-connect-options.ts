import { encodeUtf8, isTopicFilter, isTopicName } from '@mote/codec';
import { MqttError } from '../mqtt/error.ts';
import {
  any,
  callback,
  check as checkRules,
  count,
  isFunction,
  isObject,
  number,
  oneOf,
  type Rule,
  type Rules,
  TLS_RULES,
  whole,
} from '../option-rules.ts';
import { parseEndpoint } from '../transport/host-port.ts';
import type { Transport } from '../transport/transport.ts';
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

const isText = (value: unknown): value is string => typeof value === 'string' && encodeUtf8(value) !== undefined;
const isBytes = (value: unknown): boolean => ArrayBuffer.isView(value);
const flag: Rule = /* @__PURE__ */ oneOf(true, false);
const qos: Rule = /* @__PURE__ */ oneOf(0, 1, 2);
const ms: Rule = /* @__PURE__ */ number(0, Number.MAX_SAFE_INTEGER, 'milliseconds, 0 or more');
const someMs: Rule = /* @__PURE__ */ number(Number.MIN_VALUE, Number.MAX_SAFE_INTEGER, 'milliseconds, more than 0');
const bytesOrText: Rule = [(value: unknown) => isBytes(value) || isText(value), 'a Uint8Array or text', true];
const signal: Rule = [(value: AbortSignal) => isObject(value) && typeof value.aborted === 'boolean', 'an AbortSignal'];

export const CONNECT_RULES: Rules<ConnectOptions> = {
  host: [
    (value: unknown) => typeof value === 'string' && parseEndpoint(value) && parseEndpoint(value)?.port === undefined,
    'a host name or address, without port',
    true,
  ],
  port: whole(1, 65_535),
  transport: [
    (value: ConnectOptions['transport']) =>
      ['tls', 'websocket', 'tcp', 'auto'].includes(value as string) ||
      [value].flat().every((one) => isFunction((one as Transport).dial)),
    "'tls', 'websocket', 'tcp', 'auto' or an object with dial()",
  ],
  path: [(value: unknown) => isText(value) && /^\/[!-~]*$/.test(value), 'a path in ASCII that begins with /'],
  tls: [(value: unknown) => isObject(value) || isFunction(value), 'an object or a function'],
  proxy: [isText, 'a URL'],
  clientId: [
    (value: unknown) => isText(value) && encodeUtf8(value)!.length < 65_536,
    'text of up to 65,535 bytes',
    true,
  ],
  cleanSession: flag,
  keepAlive: whole(0, 65_535),
  will: [isObject, 'an object'],
  credentials: [(value: unknown) => isObject(value) || isFunction(value), 'an object or a function'],
  window: whole(1, 65_000),
  queue: [isObject, 'an object'],
  store: [
    (value: Record<string, unknown>) =>
      isObject(value) && ['load', 'put', 'delete', 'clear'].every((name) => isFunction(value[name])),
    'an object with load, put, delete and clear',
  ],
  retry: [isObject, 'an object'],
  onSessionLost: oneOf('resume', 'fail'),
  maxPacketSize: whole(2, 268_435_455),
  timeoutMs: someMs,
  signal,
  onState: callback,
  onPacket: callback,
};

const WILL: Rules<WillOptions> = {
  topicName: [isTopicName, 'a Topic Name, without + and #', true],
  payload: bytesOrText,
  qos,
  retain: flag,
};

const CREDENTIALS: Rules<CredentialOptions> = {
  userName: [isText, 'text'],
  password: [(value: unknown) => isBytes(value) || isText(value), 'a Uint8Array or text'],
};

const QUEUE: Rules<QueueOptions> = {
  maxMessages: count,
  maxBytes: count,
  whenFull: oneOf('reject', 'drop-oldest', 'drop-newest'),
};

const RETRY: Rules<ReconnectRetryOptions> = { baseMs: ms, capMs: ms, attempts: count, standMs: ms, silenceMs: someMs };

const TLS: Rules<MqttTlsOptions> = {
  ...TLS_RULES,
  cert: any,
  key: any,
  passphrase: [isText, 'text'],
};

export const PUBLISH_RULES: Rules<PublishOptions> = {
  qos,
  retain: flag,
  signal,
  timeoutMs: someMs,
  expiresAfterMs: someMs,
};

const SUBSCRIBE: Rules<SubscribeOptions> = {
  qos,
  highWater: whole(1, 1_000_000),
  whenFull: oneOf('hold', 'drop-oldest', 'drop-newest'),
  ack: oneOf('auto', 'after', 'manual'),
  signal,
};

export const CLOSE_RULES: Rules<CloseOptions> = { drainMs: ms };

/** Throws MqttError `invalid-options` at the first option that is unknown, wrong or missing. */
export function checkConnectOptions(options: ConnectOptions | LeanConnectOptions): void {
  if (!isObject(options)) refuseOption('options', 'an object');
  check(options, CONNECT_RULES);
  const { will, credentials, queue = {}, retry = {}, tls, cleanSession, clientId } = options;
  if (will) check(will, WILL, 'will.');
  if (credentials && !isFunction(credentials)) checkCredentials(credentials as CredentialOptions);
  if (tls && !isFunction(tls)) checkTls(tls as MqttTlsOptions);
  check(queue, QUEUE, 'queue.');
  check(retry, RETRY, 'retry.');
  // Who asks for them believes that nobody listens in.
  for (const name of ['proxy', 'tls'] as const)
    if (options.transport === 'tcp' && options[name] !== undefined) refuseOption(name, "not with transport 'tcp'");
  // The server would refuse it [MQTT-3.1.3-8].
  if (clientId === '' && cleanSession === false) refuseOption('clientId', 'not empty with cleanSession: false');
}

export function checkCredentials(credentials: CredentialOptions): void {
  if (!isObject(credentials)) refuseOption('credentials', 'an object');
  check(credentials, CREDENTIALS, 'credentials.');
  const { userName, password } = credentials;
  if (password !== undefined && userName === undefined)
    refuseOption('credentials.userName', 'needed with a password [MQTT-3.1.2-22]');
}

export function checkTls(tls: MqttTlsOptions): MqttTlsOptions {
  if (!isObject(tls)) refuseOption('tls', 'an object');
  check(tls, TLS, 'tls.');
  return tls;
}

export function checkPublish(topicName: string, payload: unknown, options: PublishOptions): void {
  if (typeof topicName !== 'string' || !isTopicName(topicName))
    refuseOption('topicName', 'a Topic Name, without + and #');
  if (!isBytes(payload) && !isText(payload)) refuseOption('payload', 'a Uint8Array or text');
  check(options, PUBLISH_RULES);
}

export function checkSubscribe(topicFilter: string, options: SubscribeOptions): void {
  if (typeof topicFilter !== 'string' || !isTopicFilter(topicFilter))
    refuseOption('topicFilter', 'a Topic Filter: + fills a level, # the last one');
  check(options, SUBSCRIBE);
}

export function checkClose(options: CloseOptions): void {
  check(options, CLOSE_RULES);
}

/** Throws `invalid-options`. The value stays out of the message: it may be a secret in the wrong place. */
export function refuseOption(option: string, wanted: string): never {
  throw new MqttError('invalid-options', 'options', {}, `${option}: ${wanted}`);
}

/** Throws `invalid-options` at the first option that is unknown, wrong or missing. */
export function check(options: object, rules: Readonly<Record<string, Rule>>, prefix = ''): void {
  checkRules(
    options,
    rules,
    (option, wanted) => {
      const name = option.slice(prefix.length);
      refuseOption(option, Object.hasOwn(rules, name) ? wanted : unknown(name, Object.keys(rules)));
    },
    prefix,
  );
}

/** With the name that was meant, if one differs by case or a letter or two. */
function unknown(name: string, names: readonly string[]): string {
  const near = names.find((known) => distance(known.toLowerCase(), name.toLowerCase()) < 3);
  return near ? `no such option; is ${near} meant?` : 'no such option';
}

/** How many letters are to be put in, taken out or changed. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (let j = 1; j <= to.length; j++)
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (to[j - 1] === letter ? 0 : 1)));
    row = next;
  }
  return row[to.length]!;
}
