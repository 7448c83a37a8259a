import { encodeBase64 } from '@mote/client/azure';
import type { Refusal } from '../enrollment/refusal.ts';
import { utf8 } from '../values/bytes.ts';
import type { Random } from '../values/random.ts';
import { serviceTime } from '../values/service-time.ts';
import type { RegistrationRecord } from './registration-record.ts';

/** An answer on `$dps/registrations/res/{statusCode}`. */
export interface Answer {
  readonly statusCode: number;
  /** `retry-after`, seconds. */
  readonly retryAfter?: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** Reason of a refusal, for events. */
  readonly reason?: string;
  /** The registration, if this answer says `assigned`. */
  readonly assigned?: RegistrationRecord;
  /** True: the service closes the connection after it. */
  readonly hangUp?: boolean;
}

/** The answer to a refused request: the service's error body. After 401 the service closes the connection. */
export function errorAnswer(refused: Refusal, random: Random, now: number, retryAfter?: number): Answer {
  const body = {
    errorCode: refused.errorCode,
    trackingId: random.guid(),
    message: refused.message,
    timestampUtc: serviceTime(now),
  };
  return {
    statusCode: refused.statusCode,
    body,
    reason: refused.reason,
    hangUp: refused.statusCode === 401,
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

/** The answer to a poll repeats the registration; the answer to register has only the operation. */
export function assigningAnswer(operationId: string, retryAfter: number, registrationId?: string): Answer {
  const body = { operationId, status: 'assigning' };
  if (registrationId === undefined) return { statusCode: 202, retryAfter, body };
  return { statusCode: 202, retryAfter, body: { ...body, registrationState: { registrationId, status: 'assigning' } } };
}

/** The last answer of a registration. `state` has the members of `registrationState` that the record does not have. */
export function assignedAnswer(
  operationId: string,
  record: RegistrationRecord,
  state: Readonly<Record<string, unknown>>,
): Answer {
  const { payload, enrollmentGroupId: _group, ...fields } = record;
  const registrationState = {
    ...fields,
    ...state,
    ...(payload !== undefined && { payload }),
  };
  return { statusCode: 200, body: { operationId, status: 'assigned', registrationState }, assigned: record };
}

/** A registration that has ended without a hub. */
export interface FailedState {
  readonly registrationId: string;
  readonly status: string;
  readonly errorCode?: number;
  readonly errorMessage?: string;
}

/** An answer 200 for a failed registration: its `status` says so. */
export function endedAnswer(operationId: string, state: FailedState, random: Random, now: number): Answer {
  const registrationState = {
    registrationId: state.registrationId,
    createdDateTimeUtc: serviceTime(now),
    status: state.status,
    ...(state.errorCode !== undefined && { errorCode: state.errorCode, errorMessage: state.errorMessage }),
    lastUpdatedDateTimeUtc: serviceTime(now),
    etag: etag(random),
  };
  return { statusCode: 200, body: { operationId, status: state.status, registrationState } };
}

/** `5.{16 hex digits}.{GUID}`, the form in answers of the service (2021 and later). It means nothing to a device. */
export const makeOperationId = (random: Random): string => `5.${random.hex(16)}.${random.guid()}`;

/** Base64 of a quoted GUID. */
export const etag = (random: Random): string => encodeBase64(utf8(`"${random.guid()}"`));
