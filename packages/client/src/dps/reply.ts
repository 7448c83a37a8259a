import { decodeUtf8 } from '@mote/codec';
import type { ResponseTopic } from '../azure/dps.ts';
import { quietly } from '../values.ts';
import type { Assignment } from './assignment.ts';
import { errorOf, type ProvisioningError, type ProvisioningErrorCode } from './error.ts';
import type { SecretMask } from './secret-mask.ts';
import type { Stage } from './stage.ts';

type Json = Readonly<Record<string, unknown>>;

/** The service has not assigned a hub yet: ask again about this operation. */
export interface Pending {
  readonly operationId: string;
}

/**
 * Reads one answer of the service. `registrationId` and the known `operationId` fill in what the answer leaves out. In
 * everything that is kept of the answer our secrets are masked, since a hostile peer may echo them.
 */
export function readReply(
  { statusCode, retryAfter }: ResponseTopic,
  payload: Uint8Array,
  stage: Stage,
  registrationId: string,
  mask: SecretMask,
  operationId?: string,
): Assignment | Pending | ProvisioningError {
  const clear = decodeUtf8(payload);
  const json = maskedJson(clear, mask);
  const body = object(json);
  const state = object(body?.['registrationState']);
  const status = (string(body, 'status') ?? string(state, 'status'))?.toLowerCase();

  /** `details` is where the service puts its own words: the body of a 4xx or 5xx, the registrationState of a failed registration. */
  const error = (code: ProvisioningErrorCode, reason: string, details?: Json): ProvisioningError => {
    const number = details?.['errorCode'];
    const response = json ?? (clear && mask.text(clear));
    return errorOf(code, stage, reason, {
      retryable: statusCode === 429 || statusCode >= 500,
      statusCode,
      retryAfter,
      errorCode: (typeof number === 'number' && number) || undefined,
      trackingId: string(details, 'trackingId'),
      status: string(details, 'status'),
      response: typeof response === 'string' ? response.slice(0, 2048) : response,
    });
  };

  const violation = (reason: string): ProvisioningError => error('protocol-violation', reason);

  if (statusCode >= 400) {
    const code = CODES[statusCode] ?? (statusCode < 500 ? 'bad-request' : 'service-error');
    return error(code, 'service-status', body);
  }
  if (statusCode < 200 || statusCode > 299) return violation('service-status');
  if (!body) return violation('no-json-object');
  if (status === 'assigned') return assignment(body, state, registrationId) ?? violation('no-hub');
  if (status !== 'failed' && status !== 'disabled') {
    // No source defines `unassigned`: the C and C# SDKs poll on, those of Node and Python fail. Here the status in the topic decides.
    if (statusCode === 202 || status === 'assigning') {
      const id = operationIdOf(body) ?? operationId;
      return id ? { operationId: id } : violation('no-operation-id');
    }
    if (status === undefined) return violation('no-status');
  }
  const code = status === 'disabled' ? 'registration-disabled' : 'registration-failed';
  return error(code, 'registration-status', { ...state, status });
}

/**
 * The parsed text, secrets masked in values and in names, also behind JSON escapes. Undefined when there is no text, when it is not JSON,
 * or too deep.
 */
function maskedJson(text: string | undefined, mask: SecretMask): unknown {
  return quietly(() => {
    // With a byte order mark, which a parser may ignore [RFC 8259 8.1]: trim() takes it for a space.
    const json: unknown = JSON.parse(text!.trim());
    if (!isShallow(json, DEEPEST)) return undefined;
    const plain = JSON.stringify(json);
    const masked = mask.text(plain);
    return masked === plain ? json : (JSON.parse(masked) as unknown);
  });
}

/** Most levels of arrays and objects in an answer. JSON.parse takes more, but code that walks the result would overflow its stack. */
const DEEPEST = 64;

function isShallow(json: unknown, levels: number): boolean {
  return (
    Object(json) !== json ||
    (levels > 0 && Object.entries(json as object).every(([, one]) => isShallow(one, levels - 1)))
  );
}

function assignment(body: Json, state: Json = {}, registrationId: string): Assignment | undefined {
  const assignedHub = string(state, 'assignedHub');
  const deviceId = string(state, 'deviceId');
  const chain = state['issuedCertificateChain'];
  if (!assignedHub || !deviceId) return undefined;
  return {
    assignedHub,
    deviceId,
    registrationId: string(state, 'registrationId') ?? registrationId,
    status: 'assigned',
    substatus: string(state, 'substatus'),
    payload: state['payload'],
    issuedCertificateChain:
      Array.isArray(chain) && chain.every((entry) => typeof entry === 'string') ? chain : undefined,
    connectionProfile: profileOf(state['connectionProfile']),
    etag: string(state, 'etag'),
    createdDateTimeUtc: string(state, 'createdDateTimeUtc'),
    lastUpdatedDateTimeUtc: string(state, 'lastUpdatedDateTimeUtc'),
    operationId: string(body, 'operationId'),
    raw: state,
  };
}

/** Null means `classic`, as an absent member does. A value that is not text becomes its JSON, so that it is not taken for `classic`. */
function profileOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : (JSON.stringify(value ?? undefined) as string | undefined);
}

const CODES: Readonly<Record<number, ProvisioningErrorCode>> = {
  401: 'unauthorized',
  403: 'unauthorized',
  404: 'not-found',
  429: 'throttled',
};

/** The operation id is put into a topic. It is ignored when it is longer than 1,024 characters or holds half a surrogate pair. */
function operationIdOf(body: Json): string | undefined {
  const id = string(body, 'operationId') ?? '';
  return id.length <= 1024 && quietly(() => encodeURIComponent(id)) ? id : undefined;
}

function object(value: unknown): Json | undefined {
  return Object(value) === value && !Array.isArray(value) ? (value as Json) : undefined;
}

function string(json: Json | undefined, name: string): string | undefined {
  const value = json?.[name];
  return typeof value === 'string' ? value : undefined;
}
