import { decodeUtf8 } from '@mote/codec';
import type { ResponseTopic } from '../azure/dps.ts';
import { quietly } from '../values.ts';
import type { Assignment } from './assignment.ts';
import { errorOf, type ProvisioningError, type ProvisioningErrorCode } from './error.ts';
import type { SecretMask } from './secret-mask.ts';
import type { Stage } from './stage.ts';

type Json = Readonly<Record<string, unknown>>;

/** The service has not decided yet. */
export interface Pending {
  readonly operationId: string;
}

/**
 * What an answer of the service means: a hub, patience, or why there is no hub. `registrationId` and the `operationId` that is
 * known are taken where the answer names none. What is kept of it has our secrets masked.
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
  const json = clear === undefined ? undefined : maskedJson(clear, mask);
  const body = object(json);
  const state = object(body?.['registrationState']);
  const status = (string(body, 'status') ?? string(state, 'status'))?.toLowerCase();

  /** The service's own words are in the body of an error, and in the registrationState of a failure. */
  const error = (code: ProvisioningErrorCode, reason: string, details?: Json): ProvisioningError => {
    const number = details?.['errorCode'];
    const response = json ?? (clear && mask.text(clear));
    return errorOf(code, stage, reason, {
      retryable: statusCode === 429 || statusCode >= 500,
      statusCode,
      retryAfter,
      errorCode: typeof number === 'number' && number ? number : undefined,
      trackingId: string(details, 'trackingId'),
      status: string(details, 'status'),
      response: typeof response === 'string' ? response.slice(0, 2048) : response,
    });
  };

  const violation = (reason: string): ProvisioningError => error('protocol-violation', reason);

  if (statusCode >= 500) return error('service-error', 'service-status', body);
  if (statusCode >= 400) return error(CODES[statusCode] ?? 'bad-request', 'service-status', body);
  if (statusCode < 200 || statusCode > 299) return violation('service-status');
  if (!body) return violation('no-json-object');
  if (status === 'assigned') return assignment(body, state, registrationId) ?? violation('no-hub');
  if (status !== 'failed' && status !== 'disabled') {
    // `unassigned` is defined nowhere: the C and C# SDKs poll on, Node and Python fail. The topic decides.
    if (statusCode === 202 || status === 'assigning') {
      const id = operationIdOf(body) ?? operationId;
      return id ? { operationId: id } : violation('no-operation-id');
    }
    if (status === undefined) return violation('no-status');
  }
  const code = status === 'disabled' ? 'registration-disabled' : 'registration-failed';
  return error(code, 'registration-status', { ...state, status });
}

/** Undefined when the text is no JSON. Names are masked, too, and what its escapes hide. */
function maskedJson(text: string, mask: SecretMask): unknown {
  return quietly(() => {
    const json: unknown = JSON.parse(text);
    if (!isShallow(json, DEEPEST)) return undefined;
    const plain = JSON.stringify(json);
    const masked = mask.text(plain);
    return masked === plain ? json : (JSON.parse(masked) as unknown);
  });
}

/** Levels of arrays and objects in an answer. What is deeper overflows the stack of whoever walks it, as JSON.stringify does. */
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

/** Null means `classic`, as absence does; what is no text is none of the profiles that are known, and must not pass for it. */
function profileOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : (JSON.stringify(value ?? undefined) as string | undefined);
}

const CODES: Readonly<Record<number, ProvisioningErrorCode>> = {
  401: 'unauthorized',
  403: 'unauthorized',
  404: 'not-found',
  429: 'throttled',
};

/** An operation id goes into a topic: one with half a surrogate pair, or of absurd length, is none. */
function operationIdOf(body: Json): string | undefined {
  const id = string(body, 'operationId') ?? '';
  return id.length <= 1024 && quietly(() => encodeURIComponent(id)) ? id : undefined;
}

function object(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function string(json: Json | undefined, name: string): string | undefined {
  const value = json?.[name];
  return typeof value === 'string' ? value : undefined;
}
