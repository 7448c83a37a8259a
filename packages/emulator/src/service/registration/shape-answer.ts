import { refusal } from '../enrollment/refusal.ts';
import type { Fault } from '../faults/scenario.ts';
import { utf8 } from '../values/bytes.ts';
import { errorCodeOf } from '../values/error-code.ts';
import type { Random } from '../values/random.ts';
import { isRecord, ownMember } from '../values/record.ts';
import { type Answer, assigningAnswer, endedAnswer, errorAnswer, makeOperationId } from './answer.ts';
import { responseTopic } from './topics.ts';

/** An answer as it is published. */
export interface ShapedAnswer {
  readonly topicName: string;
  readonly payload: Uint8Array;
}

/** The request that a fault answers in place of the service. */
export interface FaultContext {
  readonly registrationId: string;
  /** The operation id; empty at register. */
  readonly operationId: string;
  readonly retryAfterSeconds: number;
  readonly random: Random;
  readonly now: number;
}

const ERROR_TEXTS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  404: 'Not found',
  429: 'Too many requests',
};

/** The answer of a fault in place of the service's. The state of the service does not change. */
export function answerByFault(fault: Fault, context: FaultContext): Answer | undefined {
  const { registrationId, operationId, random, now } = context;
  // The events show what is sent.
  const wait = typeof fault.retryAfter === 'number' ? fault.retryAfter : context.retryAfterSeconds;
  if (fault.statusCode !== undefined && fault.statusCode >= 400) {
    const { statusCode, errorCode = errorCodeOf(statusCode) } = fault;
    const message = fault.message ?? ERROR_TEXTS[statusCode] ?? (statusCode < 500 ? 'Bad request' : 'Internal error');
    const retryAfter = statusCode === 429 || statusCode >= 500 ? wait : undefined;
    return errorAnswer(refusal(statusCode, errorCode, message, 'the scenario says so'), random, now, retryAfter);
  }
  if (fault.status === undefined) return undefined;
  const id = operationId === '' ? makeOperationId(random) : operationId;
  if (fault.status === 'assigning') return assigningAnswer(id, wait, registrationId);
  const errorCode = fault.errorCode ?? (fault.status === 'failed' ? 400207 : undefined);
  const errorMessage = fault.message ?? 'The scenario says so.';
  const error = errorCode === undefined ? {} : { errorCode, errorMessage };
  return endedAnswer(id, { registrationId, status: fault.status, ...error }, random, now);
}

/** Topic and body of an answer, with the changes of a fault. */
export function shapeAnswer(answer: Answer, requestId: string, fault: Fault): ShapedAnswer {
  const topicName = responseTopic({
    statusCode: fault.statusCode ?? answer.statusCode,
    requestId: fault.requestId ?? requestId,
    retryAfter: fault.retryAfter === undefined ? answer.retryAfter : (fault.retryAfter ?? undefined),
    retryAfterName: fault.retryAfterName,
    reverseProperties: fault.reverseProperties,
    extraProperties: fault.extraProperties,
  });
  return { topicName, payload: utf8(fault.body ?? JSON.stringify(alter(answer.body, fault))) };
}

function alter(body: Answer['body'], { assignedHub, deviceId, omit = [] }: Fault): Record<string, unknown> {
  const altered: Record<string, unknown> = JSON.parse(JSON.stringify(body));
  const state = altered['registrationState'];
  if (isRecord(state) && altered['status'] === 'assigned') {
    if (assignedHub !== undefined) state['assignedHub'] = assignedHub;
    if (deviceId !== undefined) state['deviceId'] = deviceId;
  }
  for (const path of omit) remove(altered, path.split('.'));
  return altered;
}

function remove(target: Record<string, unknown>, [member = '', ...rest]: string[]): void {
  const inner = ownMember(target, member);
  if (rest.length === 0) delete target[member];
  else if (isRecord(inner)) remove(inner, rest);
}
