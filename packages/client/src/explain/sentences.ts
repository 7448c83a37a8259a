import type { ProgressEvent } from '../dps/progress.ts';
import type { Failure } from './failure.ts';
import { PROVISION_OPTIONS } from './options/provision.ts';
import type { optionSentence } from './options/sentence.ts';
import { printable } from './printable.ts';

// What happened, in one clause, made from the error's reason, its numbers and the service's own words.

/**
 * Clauses by reason. `{stage}` is replaced by that field of the failure, `{words}` by the service's words, `{cause}` by the message of the
 * cause.
 */
export type Sentences = Readonly<Record<string, string>>;

const NOT_IN_FLIGHT = 'packet type {packetType} for {packetId}, which is not in flight';
const BEYOND = 'the service asks to wait {retryAfter} s, beyond the deadline';
const ANSWERED = 'the service answered {statusCode}';

/** Clauses about MQTT and the service. Those about proxies and WebSocket are in transports.ts. */
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
  'no-operation-id': `${ANSWERED} without operationId`,
  'service-status': `${ANSWERED}{words}`,
  'no-json-object': `${ANSWERED} without a JSON object`,
  'no-hub': `${ANSWERED} without hub or device id`,
  'no-status': `${ANSWERED} without a status`,
  'registration-status': 'the registration is {status}{words}',
};

/** Clauses by type of a progress event. Without one the type itself is used. */
const STEPS: Sentences = {
  dialling: 'dialling {host}:{port} ({transport})',
  connected: 'connected by {protocol}',
  'connect-accepted': 'CONNECT accepted',
  registering: 'registering {registrationId}',
  assigning: 'assigning; asking again in {seconds} s',
  retrying: '{cause}; trying again in {seconds} s',
  assigned: 'assigned to {assignedHub} as {deviceId}',
};

/** The clause for a failure. For an unknown reason it is the error's own message. */
export function sentenceOf(failure: Failure, sentences: Sentences, option: typeof optionSentence): string {
  const { reason = '', code, message = code, overdue, cause, response } = failure;
  const fields = {
    ...failure,
    cause: member(cause, 'message') ?? 'malformed packet',
    words: wordsOf(code.startsWith('registration-') ? member(response, 'registrationState') : response),
  };
  const unknown = code === 'invalid-options' ? option(message, PROVISION_OPTIONS) : message;
  const words = Object.keys(sentences).includes(reason) ? filled(sentences[reason]!, fields) : unknown;
  return overdue ? `${words}; ${filled(BEYOND, fields)}` : words;
}

/** The clause for one step of a provisioning. */
export function progressSentence(event: ProgressEvent): string {
  const {
    transport,
    protocol = transport,
    cause,
    delayMs,
  } = event as ProgressEvent & Readonly<Record<string, unknown>>;
  const seconds = (Number(delayMs) / 1000).toFixed(1);
  return filled(STEPS[event.type] ?? event.type, { ...event, protocol, cause: member(cause, 'message'), seconds });
}

function filled(sentence: string, fields: object): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => printable([member(fields, name)].flat().join(', '), 1000));
}

/** The service's error number and message in its JSON. */
function wordsOf(response: unknown): string {
  const code = member(response, 'errorCode');
  const words = [member(response, 'errorMessage'), member(response, 'message')].find((one) => typeof one === 'string');
  return `${typeof code === 'number' && code ? ` (${code})` : ''}${words ? `: ${printable(words as string)}` : ''}`;
}

function member(json: unknown, name: string): unknown {
  return Object(json)[name];
}
