import { pairsOf, percentDecode } from '@mote/client/azure';

const REGISTER = '$dps/registrations/PUT/iotdps-register/?';
const POLL = '$dps/registrations/GET/iotdps-get-operationstatus/?';

/** `requestId` is kept as it was written, so that its echo is byte for byte the same. */
export type RequestTopic =
  | { readonly type: 'register'; readonly requestId: string }
  | { readonly type: 'poll'; readonly requestId: string; readonly operationId: string };

// The service publishes no limit. The answer's topic is longer than the question's, and has to fit in 65,535 bytes.
const LONGEST_REQUEST_ID = 1024;

/** Undefined for every other topic, and when there is no `$rid` that could be answered to. */
export function parseRequestTopic(topicName: string): RequestTopic | undefined {
  const prefix = [REGISTER, POLL].find((candidate) => topicName.startsWith(candidate));
  if (prefix === undefined) return undefined;
  const properties = new Map(pairsOf(topicName.slice(prefix.length)));
  const requestId = properties.get('$rid');
  if (!requestId || requestId.length > LONGEST_REQUEST_ID) return undefined;
  if (prefix === REGISTER) return { type: 'register', requestId };
  return { type: 'poll', requestId, operationId: percentDecode(properties.get('operationId') ?? '') ?? '' };
}

export interface ResponseTopic {
  readonly statusCode: number;
  readonly requestId: string;
  readonly retryAfter?: number | string | undefined;
  /** `retry-after` unless a scenario says otherwise. */
  readonly retryAfterName?: string | undefined;
  readonly reverseProperties?: boolean | undefined;
  /** Unknown ones, such as `x=1`. */
  readonly extraProperties?: readonly string[] | undefined;
}

/** `$dps/registrations/res/{statusCode}/?$rid={requestId}&retry-after={retryAfter}` */
export function responseTopic(topic: ResponseTopic): string {
  const properties = [`$rid=${topic.requestId}`];
  if (topic.retryAfter !== undefined) properties.push(`${topic.retryAfterName ?? 'retry-after'}=${topic.retryAfter}`);
  properties.push(...(topic.extraProperties ?? []));
  if (topic.reverseProperties) properties.reverse();
  return `$dps/registrations/res/${topic.statusCode}/?${properties.join('&')}`;
}
