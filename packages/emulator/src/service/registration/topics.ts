import { pairsOf, percentDecode } from '@mote/client/azure';
import { LONGEST_REQUEST_ID } from '../values/request-id.ts';

const REGISTER = '$dps/registrations/PUT/iotdps-register/?';
const POLL = '$dps/registrations/GET/iotdps-get-operationstatus/?';

/** A request. `requestId` is kept unchanged, since the answer must repeat it byte for byte. */
export type RequestTopic =
  | { readonly type: 'register'; readonly requestId: string }
  | { readonly type: 'poll'; readonly requestId: string; readonly operationId: string };

/** Reads the topic of a request. Undefined for any other topic, and without a `$rid`. */
export function parseRequestTopic(topicName: string): RequestTopic | undefined {
  const prefix = [REGISTER, POLL].find((candidate) => topicName.startsWith(candidate));
  if (prefix === undefined) return undefined;
  const properties = new Map(pairsOf(topicName.slice(prefix.length)));
  const requestId = properties.get('$rid');
  if (!requestId || requestId.length > LONGEST_REQUEST_ID) return undefined;
  if (prefix === REGISTER) return { type: 'register', requestId };
  return { type: 'poll', requestId, operationId: percentDecode(properties.get('operationId') ?? '') ?? '' };
}

/** The parts of the topic of an answer. A fault may set each of them. */
export interface ResponseTopic {
  readonly statusCode: number;
  readonly requestId: string;
  readonly retryAfter?: number | string | undefined;
  /** Name of the property. Default: `retry-after`. */
  readonly retryAfterName?: string | undefined;
  readonly reverseProperties?: boolean | undefined;
  /** Further properties, such as `x=1`. */
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
