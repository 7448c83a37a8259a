import { isApiVersion } from '../azure/ids.ts';
import { CLOSE_RULES, LINK_RULES, MESSAGE_RULES } from '../connect/shared-rules.ts';
import { refuseHub } from '../hub/error.ts';
import {
  any,
  check,
  isEndpoint,
  isFunction,
  isSignal,
  isText,
  number,
  oneOf,
  type Rule,
  type Rules,
  USER_AGENT,
  whole,
} from '../option-rules.ts';
import { isPlain, tagOf } from '../values.ts';
import type {
  BatchOptions,
  HubLinkOptionsBase,
  MessagesOptions,
  RequestOptions,
  SendOptions,
  TelemetryOptions,
} from './hub-options.ts';
import type { DeviceHubOptionsBase } from './open-device-options.ts';

/** A hub closes the connection on QoS 2. */
const qos = /* @__PURE__ */ oneOf(0, 1);

const TELEMETRY: Rules<TelemetryOptions> = {
  properties: isPlain,
  contentType: isText,
  contentEncoding: isText,
  messageId: /^[\w\-.%*?!(),:=@$'+#;/]{1,128}$/,
  correlationId: isText,
  creationTime: (value: string | Date) =>
    /^(Date|String|Number)$/.test(tagOf(value)) && Number.isFinite(+new Date(value)),
  component: isText,
  outputName: isText,
};

/** Rules of the member `hub` of `openDevice`'s options. */
export const HUB_LINK: Rules<DeviceHubOptionsBase & { readonly transport?: unknown }> = {
  ...LINK_RULES,
  transport: any,
  // A hub closes after 1767 s of silence, and after 1.5 times Keep Alive.
  keepAlive: /* @__PURE__ */ whole(0, 1177),
  will: { ...TELEMETRY, qos, body: [any, 'required'] } satisfies Rules<NonNullable<HubLinkOptionsBase['will']>>,
  endpoint: isEndpoint,
  apiVersion: isApiVersion,
  modelId: /^dtmi:[\w:;]{1,256}$/,
  clientVersion: USER_AGENT,
  tokenSeconds: /* @__PURE__ */ number(60, 31_536_000),
  attestation: (value: { check?: unknown }) => isFunction(value) || isFunction(value.check),
};

/** Rules of the options of `send`. */
export const SEND: Rules<SendOptions> = { ...MESSAGE_RULES, ...TELEMETRY, qos };
/** Rules of the options of `batch`. */
export const BATCH: Rules<BatchOptions> = {
  ...SEND,
  maxBytes: /* @__PURE__ */ number(64, 262_144),
  maxDelayMs: /* @__PURE__ */ number(0, 86_400_000),
};
/** Rules of the options of a request to the hub: for the twin, a report, or a certificate. */
export const REQUEST: Rules<RequestOptions> = { timeoutMs: MESSAGE_RULES.timeoutMs, signal: isSignal };
/** Rules of the options of `messages` and of `desired`. */
export const MESSAGES: Rules<MessagesOptions> = { signal: isSignal };
/** Rules of the options of `close`, which are those of the MQTT client. */
export const CLOSE: typeof CLOSE_RULES = CLOSE_RULES;

/**
 * Returns the options that are given and not undefined, each read once: what is checked is what is used. Throws HubError `invalid-options`
 * at the first that is unknown, wrong or missing.
 */
export function checkByRules<Options extends object>(
  options: Options,
  rules: Readonly<Record<string, Rule>>,
  prefix?: string,
): Options {
  return check(options, rules, refuseHub, prefix);
}
