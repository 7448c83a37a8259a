import { MqttError } from '../mqtt/error.ts';
import {
  check,
  isFunction,
  isSignal,
  isText,
  number,
  oneOf,
  pem,
  type Rule,
  type Rules,
  TLS_RULES,
  whole,
} from '../option-rules.ts';
import type {
  CloseOptions,
  ConnectOptionsBase,
  MqttTlsOptions,
  PublishOptions,
  QueueOptions,
  ReconnectRetryOptions,
} from './connect-options.ts';

// Rules for options that `connect` and the device at its hub share.

const MOST_MS = Number.MAX_SAFE_INTEGER;

/** The rule for a boolean. */
export const flag: (value: unknown) => boolean = /* @__PURE__ */ oneOf(true, false);
const count = /* @__PURE__ */ number(0);
const ms = /* @__PURE__ */ number(0, MOST_MS);
/** Milliseconds above 0: a limit of 0 would always be over already. */
const someMs = /* @__PURE__ */ number(Number.MIN_VALUE, MOST_MS);

const TLS: Rules<MqttTlsOptions> = {
  ...TLS_RULES,
  cert: /* @__PURE__ */ pem(/-----BEGIN [\w ]*CERTIFICATE-/),
  key: /* @__PURE__ */ pem(/PRIVATE KEY-/),
  passphrase: isText,
};
const QUEUE: Rules<QueueOptions> = {
  maxMessages: count,
  maxBytes: count,
  whenFull: /* @__PURE__ */ oneOf('reject', 'drop-oldest', 'drop-newest'),
};
const RETRY: Rules<ReconnectRetryOptions> = { baseMs: ms, capMs: ms, attempts: count, standMs: ms, silenceMs: someMs };

type Link = Omit<ConnectOptionsBase, 'host' | 'port' | 'path' | 'clientId' | 'keepAlive' | 'will' | 'credentials'>;

/** The rules for options of a connection. */
export const LINK_RULES: Rules<Link> = {
  tls: [TLS, 'or-function'],
  proxy: /:/,
  cleanSession: flag,
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

/** The rules for options of a message, except its QoS: a hub has no QoS 2. */
export const MESSAGE_RULES: Rules<Omit<PublishOptions, 'qos'>> = {
  retain: flag,
  signal: isSignal,
  timeoutMs: someMs,
  expiresAfterMs: someMs,
};

/** The rules for options of `close`. */
export const CLOSE_RULES: Rules<CloseOptions> = { drainMs: ms };

/** Returns TLS options. Checked before each dial, since a function may have given them. */
export function checkTls(tls: MqttTlsOptions): MqttTlsOptions {
  return checkOption(tls, TLS, 'tls.');
}

/** Returns the options that are given and not undefined, each read once. Throws MqttError `invalid-options`. */
export function checkOption<Options extends object>(
  options: Options,
  rules: Readonly<Record<string, Rule>>,
  prefix?: string,
): Options {
  return check(options, rules, refuseOption, prefix);
}

/** Throws `invalid-options`. The message does not repeat the value: it may be a secret that was given for the wrong option. */
export function refuseOption(option: string, why: string): never {
  throw new MqttError('invalid-options', 'options', {}, `${option}: ${why}`);
}
