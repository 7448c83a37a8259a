import type { ProgressEvent } from '../dps/progress.ts';
import type { Failure } from './failure.ts';
import { printable } from './printable.ts';

// What happened, in one clause: of the reason that a raise site gave, the numbers it knew, and the service's own words.

type Sentence = string | ((failure: Failure) => string);

const SENTENCES: Readonly<Record<string, Sentence>> = {
  'no-answer': ({ stage }) => `no answer at stage ${stage}`,
  'retry-after': (failure) => beyond(failure),
  'connack-refused': ({ returnCode }) => `CONNACK return code ${returnCode}`,
  'no-pingresp': 'PINGREQ was not answered',
  'malformed-packet': ({ cause }) =>
    (cause as { readonly message?: string } | undefined)?.message ?? 'malformed packet',
  'unexpected-packet': ({ packetType }) => `packet type ${packetType} is not for us, or not now`,
  'session-present': 'Session Present after CleanSession 1 [MQTT-3.2.2-1]',
  'unknown-packet-id': ({ packetType, packetId }) =>
    `${packetType === undefined ? 'an acknowledgement' : `packet type ${packetType}`} for ${packetId}, which is not in flight`,
  'suback-count': ({ packetType, packetId }) => `packet type ${packetType} for ${packetId}, which is not in flight`,
  'qos-above-granted': ({ packetType }) => (packetType === 9 ? 'SUBACK grants QoS 2' : 'PUBLISH with QoS 2'),
  'suback-refused': 'SUBACK 0x80',
  'spoke-first': 'the peer spoke before CONNECT',
  'no-operation-id': '202 without operationId',
  'service-status': ({ statusCode, response }) => `the service answered ${statusCode}${wordsOf(response)}`,
  'no-json-object': ({ statusCode }) => `the service answered ${statusCode} without a JSON object`,
  'no-hub': ({ statusCode }) => `the service answered ${statusCode} without hub or device id`,
  'no-status': ({ statusCode }) => `the service answered ${statusCode} without a status`,
  'registration-status': ({ status, response }) =>
    `the registration is ${printable(status ?? '')}${wordsOf(member(response, 'registrationState'))}`,
  'proxy-status': ({ statusCode, schemes }) =>
    `the proxy answered ${statusCode}${schemes ? ` and asks for ${schemes.join(', ')}` : ''}`,
  'proxy-closed': 'the proxy closed the connection',
  'upgrade-status': ({ statusCode }) => `the upgrade was answered with ${statusCode}`,
  'http-version': 'the upgrade was answered with another version than HTTP/1.1',
  Upgrade: 'the upgrade was answered with a wrong or missing Upgrade',
  Connection: 'the upgrade was answered with a wrong or missing Connection',
  'Sec-WebSocket-Accept': 'the upgrade was answered with a wrong or missing Sec-WebSocket-Accept',
  'Sec-WebSocket-Protocol': 'the upgrade was answered with a wrong or missing Sec-WebSocket-Protocol',
  'Sec-WebSocket-Extensions': 'the upgrade was answered with a Sec-WebSocket-Extensions that nobody asked for',
};

/** What a failure means, in one clause; what it says itself, where its reason is not known. */
export function sentenceOf(failure: Failure): string {
  const { reason = '', code, message, overdue } = failure;
  const sentence = Object.keys(SENTENCES).includes(reason) ? SENTENCES[reason] : undefined;
  const words = typeof sentence === 'function' ? sentence(failure) : (sentence ?? message ?? code);
  return overdue ? `${words}; ${beyond(failure)}` : words;
}

/** One step of a provisioning, for people. */
export function progressSentence(event: ProgressEvent): string {
  switch (event.type) {
    case 'dialling':
      return `dialling ${event.host}:${event.port} (${event.transport})`;
    case 'connected':
      return `connected by ${event.protocol ?? event.transport}`;
    case 'connect-accepted':
      return 'CONNECT accepted';
    case 'registering':
      return `registering ${event.registrationId}`;
    case 'assigning':
      return `assigning; asking again in ${seconds(event.delayMs)}`;
    case 'retrying':
      return `${event.cause.message}; trying again in ${seconds(event.delayMs)}`;
    case 'assigned':
      return printable(`assigned to ${event.assignedHub} as ${event.deviceId}`);
    default:
      return event.type;
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function beyond({ retryAfter }: Failure): string {
  return `the service asks to wait ${retryAfter} s, beyond the deadline`;
}

/** The service's number and words in a JSON object of its. */
function wordsOf(response: unknown): string {
  const code = member(response, 'errorCode');
  const [words] = ['errorMessage', 'message']
    .map((name) => member(response, name))
    .filter((text) => typeof text === 'string');
  return `${typeof code === 'number' && code !== 0 ? ` (${code})` : ''}${typeof words === 'string' && words ? `: ${printable(words)}` : ''}`;
}

function member(json: unknown, name: string): unknown {
  return Object(json)[name];
}
