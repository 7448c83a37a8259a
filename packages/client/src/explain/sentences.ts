import type { ProgressEvent } from '../dps/progress.ts';
import type { Failure } from './failure.ts';
import { PROVISION_OPTIONS } from './options/provision.ts';
import { optionSentence } from './options/sentence.ts';
import { printable } from './printable.ts';

// What happened, in one clause: of the reason that a raise site gave, the numbers it knew, and the service's own words.

/** By reason; `{stage}` stands for a field of the failure, `{words}` for what the service said, `{cause}` for what broke. */
export type Sentences = Readonly<Record<string, string>>;

const NOT_IN_FLIGHT = 'packet type {packetType} for {packetId}, which is not in flight';
const BEYOND = 'the service asks to wait {retryAfter} s, beyond the deadline';

export const SENTENCES: Sentences = {
  'no-answer': 'no answer at stage {stage}',
  'retry-after': BEYOND,
  'connack-refused': 'CONNACK return code {returnCode}',
  'no-pingresp': 'PINGREQ was not answered',
  'malformed-packet': '{cause}',
  'unexpected-packet': 'packet type {packetType} is not for us, or not now',
  'session-present': 'Session Present after CleanSession 1 [MQTT-3.2.2-1]',
  'unknown-packet-id': NOT_IN_FLIGHT,
  'suback-count': NOT_IN_FLIGHT,
  'qos-above-granted': 'QoS 2 in packet type {packetType}, where 1 was asked for',
  'suback-refused': 'SUBACK 0x80',
  'spoke-first': 'the peer spoke before CONNECT',
  'no-operation-id': '202 without operationId',
  'service-status': 'the service answered {statusCode}{words}',
  'no-json-object': 'the service answered {statusCode} without a JSON object',
  'no-hub': 'the service answered {statusCode} without hub or device id',
  'no-status': 'the service answered {statusCode} without a status',
  'registration-status': 'the registration is {status}{words}',
};

/** What a failure means, in one clause; what it says itself, where its reason is not known. */
export function sentenceOf(failure: Failure, sentences: Sentences): string {
  const { reason = '', code, message, overdue, cause, response } = failure;
  const fields: Readonly<Record<string, unknown>> = {
    ...failure,
    cause: member(cause, 'message') ?? 'malformed packet',
    words: wordsOf(code.startsWith('registration-') ? member(response, 'registrationState') : response),
  };
  const filled = (sentence: string): string =>
    sentence.replace(/\{(\w+)\}/g, (_, name: string) => printable([fields[name]].flat().join(', '), 1000));
  const known = Object.keys(sentences).includes(reason) ? sentences[reason] : undefined;
  const said = message ?? code;
  const unknown = code === 'invalid-options' ? optionSentence(said, PROVISION_OPTIONS) : said;
  const words = known === undefined ? unknown : filled(known);
  return overdue ? `${words}; ${filled(BEYOND)}` : words;
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

/** The service's number and words in a JSON object of its. */
function wordsOf(response: unknown): string {
  const code = member(response, 'errorCode');
  const words = [member(response, 'errorMessage'), member(response, 'message')].find((one) => typeof one === 'string');
  return `${typeof code === 'number' && code ? ` (${code})` : ''}${words ? `: ${printable(words as string)}` : ''}`;
}

function member(json: unknown, name: string): unknown {
  return Object(json)[name];
}
