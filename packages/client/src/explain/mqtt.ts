import type { MqttErrorCode, MqttStage } from '../mqtt/error.ts';
import type { Words } from './explain.ts';
import { causeHint } from './hints.ts';
import { MQTT_OPTIONS } from './options/mqtt.ts';
import { optionSentenceNear } from './options/near-name.ts';
import { printable } from './printable.ts';
import { TRANSPORT_SENTENCES } from './transports.ts';

// What an MqttError means, and what to do. Names in `…` are options of the library, listed in `MQTT_FLAGS`.

/** A failure: an MqttError, or the object that its JSON gives. */
export interface MqttFailure {
  readonly code: MqttErrorCode;
  readonly stage?: MqttStage | undefined;
  readonly message?: string | undefined;
  /** More exactly than the code what happened. */
  readonly reason?: string | undefined;
  /** The return code of CONNACK. */
  readonly returnCode?: number | undefined;
  /** The status of a proxy or an upgrade. */
  readonly statusCode?: number | undefined;
  /** Type of the packet that the peer should not have sent, 1 to 14. */
  readonly packetType?: number | undefined;
  /** Packet Identifier of that packet. */
  readonly packetId?: number | undefined;
  readonly cause?: unknown;
}

/** How the client was set up, as far as it is known. */
export interface MqttSetting {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** `tls`, `websocket`, `auto`, `tcp`, or the name of another transport. */
  readonly transport?: string | undefined;
  /** Whether there is a proxy. */
  readonly proxy?: boolean | undefined;
  /** True when a CA was given for the server's certificate. */
  readonly ca?: boolean | undefined;
}

type Text = string | ((failure: MqttFailure, setting: MqttSetting) => string | undefined);

const REFUSALS: Readonly<Record<number, string>> = {
  1: 'it does not speak MQTT 3.1.1',
  2: 'it does not take the client identifier',
  3: 'it is not available',
  4: 'user name or password are wrong',
  5: 'this client is not authorized',
};

/** Sentences and hints by reason. */
const REASONS: Readonly<Record<string, string>> = {
  'proxy-url': TRANSPORT_SENTENCES['proxy-url']!,
  'proxy-scheme': TRANSPORT_SENTENCES['proxy-scheme']!.replace(/;.*/, '; another scheme is not spoken here'),
  'proxy-backslash': TRANSPORT_SENTENCES['proxy-backslash']!,
  'no-pingresp': 'PINGREQ was not answered: the connection is dead',
  'no-suback': 'SUBSCRIBE or UNSUBSCRIBE was not answered',
  'passed-over': 'opened anew, for messages that had found no room',
  planned: 'left for a new connection, as was asked for',
  'unexpected-packet': 'a packet that no server sends, or not now',
  'session-present': 'Session Present after CleanSession 1 [MQTT-3.2.2-1]',
  'unknown-packet-id': 'an acknowledgement that fits nothing sent',
  'suback-count': 'SUBACK has another number of return codes than SUBSCRIBE has filters [MQTT-3.8.4-5]',
  'qos-above-granted': 'a QoS above what was asked for [MQTT-3.8.4-6]',
  'unreadable-record': 'the store has a record that no client has put there',
};

/** Sentences and hints by code, for reasons that are not in the table above. */
const SENTENCES: Readonly<Partial<Record<MqttErrorCode, string>>> = {
  'subscribe-refused': 'the server refused the subscription: SUBACK 0x80',
  'queue-full': 'no room for the message in the queue',
  expired: 'not sent within expiresAfterMs',
  closed: 'the client was closed',
  'session-lost': 'the server has forgotten the Session: what was under way may have arrived or not',
};

const OTHER_CLIENT = 'If it comes again: does another client have the same `clientId`?';
const NO_MQTT = 'Is it an MQTT server that listens at `port`?';
const ACCESS = 'May this client do so? Look at the access list of the server.';
const firewall: Text = (_, { transport, proxy }) =>
  proxy
    ? 'Does the proxy answer, and may this device reach it?'
    : transport === 'tls'
      ? "Behind a firewall, try `transport: 'auto'` or `proxy`."
      : 'Does a firewall close the port?';
/** A server without TLS closes, or waits for the rest of what it takes for a CONNECT. A firewall does the same at the port for TLS. */
const noTls: Text = (failure, setting) =>
  setting.transport === 'tls' && !setting.proxy && (setting.port ?? 8883) !== 8883
    ? "Does the server speak TLS at `port`? Without TLS: `transport: 'tcp'`."
    : textOf(firewall, failure, setting);

/** Hints for errors of Node, OpenSSL and the transports, with this client's names of options. */
const ofCause: Text = ({ code, cause }, { proxy, ca }) =>
  causeHint({ proxy: proxy ? 'open' : undefined, ca }, { code: code as 'tls-failed', cause: rootOf(cause) })
    ?.replace(/host name in `endpoint`/, 'name in `host`')
    .replace(/port in `endpoint`/, '`port`')
    .replace(/`endpoint`/, '`host`');

/** A function of the application has failed, or a transport of its own, which has told no stage. */
const isUndialled = ({ code, stage }: MqttFailure): boolean => code === 'connect-failed' && stage === 'options';

const HINTS: Readonly<Partial<Record<MqttErrorCode, Text>>> = {
  'connect-failed': (failure, setting) =>
    textOf(ofCause, failure, setting) ??
    (isUndialled(failure)
      ? 'Look at `cause`: is it of a function in `credentials` or `tls`, which is called before each dial, or of a `transport` of your own?'
      : textOf(firewall, failure, setting)),
  'tls-failed': ofCause,
  'client-certificate-rejected': 'Does the server trust the CA of `tls: { cert }`, and is every intermediate in it?',
  'proxy-failed': ({ statusCode }) =>
    statusCode === 407 ? 'Are user and password in `proxy` right?' : 'Is the address in `proxy` that of an HTTP proxy?',
  'websocket-failed': 'Is it the port for WebSocket, and `path` the one of the broker?',
  'connection-refused': ({ returnCode }) =>
    [
      '',
      '',
      'Is `clientId` one that the server allows?',
      'It is down or has too much to do: it is tried again later.',
      'Are `credentials` those of this client?',
      'May these `credentials` connect with this `clientId`? Look at the access list of the server.',
    ][returnCode ?? 0] || undefined,
  'connection-lost': (failure, setting) =>
    failure.stage === 'online' && failure.reason === undefined
      ? OTHER_CLIENT
      : failure.stage === 'connect'
        ? NO_MQTT
        : failure.stage === 'tls'
          ? textOf(noTls, failure, setting)
          : undefined,
  'protocol-violation': ({ stage, cause }, { transport }) => {
    if (stage !== 'connect') return undefined;
    // The first byte of "HTTP", 0x48, read as MQTT is a PUBACK with flags 8.
    const isHttp = (cause as { readonly packetType?: unknown } | undefined)?.packetType === 4;
    return isHttp && transport !== 'websocket'
      ? "HTTP answered: is that the port for `transport: 'websocket'`?"
      : NO_MQTT;
  },
  'subscribe-refused': ACCESS,
  'queue-full': 'Publish no more until earlier messages are settled, or allow more: `queue`.',
  expired: 'Allow it more time: `expiresAfterMs`.',
  'session-lost': ({ stage }) =>
    stage === 'store' ? 'Is there room on the disk, and may this process write to its store?' : undefined,
  'timed-out': (failure, setting) =>
    failure.stage === 'connect'
      ? NO_MQTT
      : failure.stage === 'tcp' || failure.stage === 'tls'
        ? textOf(failure.stage === 'tls' ? noTls : firewall, failure, setting)
        : 'Allow it more time: `timeoutMs`.',
};

/** Stages in which the message names the server's address. */
const AT_SERVER: readonly (MqttStage | undefined)[] = ['dns', 'tcp', 'proxy', 'tls', 'upgrade', 'connect', 'online'];

/**
 * Says what an MqttError means and what to do. No secret is needed, and none appears.
 *
 * @example
 * const { message, hint } = explainMqtt({ code: 'connect-failed', stage: 'tcp' }, { host: 'broker.example', port: 8883 });
 */
export function explainMqtt(failure: MqttFailure, setting: MqttSetting = {}): Words {
  const { code, stage } = failure;
  const { host, port } = setting;
  // A caller without types may pass anything.
  const address = /:/.test(host ?? '') ? `[${host}]` : host;
  const at = address && AT_SERVER.includes(stage) ? `${address}${port === undefined ? '' : `:${port}`}: ` : '';
  const message = printable(`${at}${sentenceOf(failure)}`.slice(0, 1000), 1000);
  return { message, hint: textOf(HINTS[code], failure, setting) };
}

function sentenceOf({ code, stage, reason = '', returnCode, statusCode, message, cause }: MqttFailure): string {
  const known = Object.keys(REASONS).includes(reason) ? REASONS[reason] : undefined;
  if (code === 'invalid-options' && message) return known ?? optionSentenceNear(message, MQTT_OPTIONS);
  if (code === 'connection-refused') return `refused: ${REFUSALS[returnCode!] ?? 'CONNACK'} (${returnCode})`;
  const broken = (rootOf(cause) as { readonly message?: unknown } | undefined)?.message;
  if (code === 'timed-out') return `no answer at stage ${stage}`;
  if (reason === 'store-failed') return `the store has failed: ${broken ?? 'it does not say why'}`;
  const number = statusCode === undefined ? '' : ` (${statusCode})`;
  const words = known ?? SENTENCES[code] ?? (typeof broken === 'string' ? `${broken}${number}` : (message ?? code));
  return isUndialled({ code, stage }) ? `credentials, tls or the transport failed: ${words}` : words;
}

/** The innermost cause: a transport wraps the error of Node. */
function rootOf(cause: unknown): unknown {
  const { cause: deeper } = Object(cause) as { readonly cause?: unknown };
  return deeper === undefined ? cause : deeper;
}

function textOf(text: Text | undefined, failure: MqttFailure, setting: MqttSetting): string | undefined {
  return typeof text === 'function' ? text(failure, setting) : text;
}

/** Options of `connect`, and the flags of `mote publish` and `mote subscribe` that set them. */
export const MQTT_FLAGS: ReadonlyMap<string, string> = new Map([
  ['host', 'HOST'],
  ['port', '--port'],
  ['clientId', '--id'],
  ['credentials', '--username, --pw-file'],
  ['tls: { ca }', '--ca FILE'],
  ['tls: { cert }', '--cert FILE'],
  ['path', '--path'],
  ['proxy', '--proxy URL'],
  ["transport: 'auto'", '--transport auto'],
  ["transport: 'websocket'", '--transport websocket'],
  ["transport: 'tcp'", '--transport tcp'],
  ['timeoutMs', '--timeout SECONDS'],
]);
