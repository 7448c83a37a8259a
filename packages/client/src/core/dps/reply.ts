import type { Assignment } from '../assignment.ts';
import { ProvisioningError, type ProvisioningErrorCode, type ProvisioningErrorFields } from '../error.ts';
import type { Stage } from '../stage.ts';
import { serviceHint } from './hints.ts';
import type { ResponseTopic } from './topics.ts';

export type Reply =
  | { readonly type: 'assigned'; readonly assignment: Assignment }
  | { readonly type: 'pending'; readonly operationId: string | undefined }
  | { readonly type: 'refused'; readonly error: ProvisioningError };

type Json = Readonly<Record<string, unknown>>;

export interface ReplyContext {
  readonly stage: Stage;
  readonly registrationId: string;
}

/** What an answer of the service means. `text` is its payload, undefined when that is no UTF-8. */
export function readReply(topic: ResponseTopic, text: string | undefined, context: ReplyContext): Reply {
  const json = parsed(text);
  const body = object(json);
  const { statusCode } = topic;
  if (statusCode >= 400) return refused(errorCode(statusCode), topic, body, json ?? text, context);
  if (statusCode < 200 || statusCode > 299)
    return violation(`the service answered ${statusCode}`, context, json ?? text);
  if (body === undefined) return violation(`the ${statusCode} answer is no JSON object`, context, text);
  return readStatus(topic, body, context);
}

function readStatus(topic: ResponseTopic, body: Json, context: ReplyContext): Reply {
  const state = object(body['registrationState']) ?? {};
  const status = (string(body['status']) ?? string(state['status']))?.toLowerCase();
  switch (status) {
    case 'assigned':
      return assigned(body, state, context);
    case 'failed':
    case 'disabled':
      return refused(`registration-${status}`, topic, { ...state, status }, body, context);
    case undefined:
      if (topic.statusCode !== 202) return violation('the answer has no status', context, body);
      break;
    case 'assigning':
      break;
    default:
      // `unassigned` is defined nowhere: the C and C# SDKs poll on, Node and Python fail. The topic decides.
      if (topic.statusCode !== 202) return refused('registration-failed', topic, { ...state, status }, body, context);
  }
  return { type: 'pending', operationId: operationId(body) };
}

function assigned(body: Json, state: Json, context: ReplyContext): Reply {
  const assignedHub = string(state['assignedHub']);
  const deviceId = string(state['deviceId']);
  if (!assignedHub || !deviceId) return violation('the answer is `assigned` without hub or device id', context, body);
  const chain = state['issuedCertificateChain'];
  const assignment: Assignment = {
    assignedHub,
    deviceId,
    registrationId: string(state['registrationId']) ?? context.registrationId,
    status: 'assigned',
    substatus: string(state['substatus']),
    payload: state['payload'],
    issuedCertificateChain:
      Array.isArray(chain) && chain.every((entry) => typeof entry === 'string') ? chain : undefined,
    etag: string(state['etag']),
    createdDateTimeUtc: string(state['createdDateTimeUtc']),
    lastUpdatedDateTimeUtc: string(state['lastUpdatedDateTimeUtc']),
    operationId: string(body['operationId']),
    raw: state,
  };
  return { type: 'assigned', assignment };
}

function errorCode(statusCode: number): ProvisioningErrorCode {
  if (statusCode >= 500) return 'service-error';
  if (statusCode === 429) return 'throttled';
  if (statusCode === 404) return 'not-found';
  return statusCode === 401 || statusCode === 403 ? 'unauthorized' : 'bad-request';
}

/** The service's own words for a refusal: in the body of an error, in the registrationState of a failure. */
function refused(
  code: ProvisioningErrorCode,
  { statusCode, retryAfter }: ResponseTopic,
  details: Json | undefined,
  response: unknown,
  { stage }: ReplyContext,
): Reply {
  const number = details?.['errorCode'];
  const fields: ProvisioningErrorFields = {
    retryable: code === 'throttled' || code === 'service-error',
    statusCode,
    retryAfter,
    errorCode: typeof number === 'number' && number !== 0 ? number : undefined,
    trackingId: string(details?.['trackingId']),
    status: string(details?.['status']),
    response: bounded(response),
  };
  const words = string(details?.['errorMessage']) ?? string(details?.['message']);
  const subject =
    fields.status === undefined
      ? `the service answered ${statusCode}`
      : `the registration is ${printable(fields.status)}`;
  const message = `${subject}${fields.errorCode === undefined ? '' : ` (${fields.errorCode})`}${words ? `: ${printable(words)}` : ''}`;
  return {
    type: 'refused',
    error: new ProvisioningError(code, stage, message, { ...fields, hint: serviceHint(code, fields.errorCode) }),
  };
}

function violation(message: string, { stage }: ReplyContext, response: unknown): Reply {
  return {
    type: 'refused',
    error: new ProvisioningError('protocol-violation', stage, message, { response: bounded(response) }),
  };
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An operation id goes into a topic: one that percent-encoding cannot take, or of absurd length, is none. */
function operationId(body: Json): string | undefined {
  const id = string(body['operationId']);
  try {
    return id && id.length <= 1024 && encodeURIComponent(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

function object(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Keeps a peer from writing to the reader's terminal, or a page of it. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  return text.slice(0, 300).replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}

function bounded(response: unknown): unknown {
  return typeof response === 'string' ? response.slice(0, 2048) : response;
}
