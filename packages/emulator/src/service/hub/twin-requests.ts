import { twinResponseTopic } from '@mote/client/azure';
import type { Packet } from '@mote/codec';
import type { Fault } from '../faults/scenario.ts';
import { utf8 } from '../values/bytes.ts';
import { errorBody } from './error-body.ts';
import { BROKEN, readBody } from './json-body.ts';
import { type Link, notice, withCopies } from './link.ts';

interface TwinAnswer {
  readonly status: number;
  readonly body: string;
  readonly version?: number | undefined;
}

/** The packets that answer a twin request. None for a device that has not subscribed to the answers. */
export function answerTwin(
  link: Link,
  type: 'twin-get' | 'twin-report',
  requestId: string,
  payload: Uint8Array,
  fault: Fault,
  now: number,
): Packet[] {
  const { connection } = link;
  const { status, body, version } = answerOf(link, type, payload, fault, now);
  const qos = link.granted('twinResponses');
  if (qos === undefined) {
    connection.emit({ type: 'warning', reason: 'no answer: the device has not subscribed to $iothub/twin/res/#' });
    return [];
  }
  const topicName = twinResponseTopic(status, fault.requestId ?? requestId, version);
  return withCopies(notice(link, topicName, utf8(fault.body ?? body), qos), fault.duplicate);
}

function answerOf(
  { connection, device, hub }: Link,
  type: 'twin-get' | 'twin-report',
  payload: Uint8Array,
  fault: Fault,
  now: number,
): TwinAnswer {
  const failure = (status: number, message: string, errorCode?: number): TwinAnswer => {
    connection.emit({ type: 'refused', stage: 'twin', reason: message, statusCode: status });
    return { status, body: errorBody(status, message, connection.random().guid(), now, errorCode) };
  };
  if (fault.statusCode !== undefined && fault.statusCode >= 400) {
    return failure(fault.statusCode, fault.message ?? 'the scenario says so', fault.errorCode);
  }
  const wait = hub.quotas.take(type === 'twin-get' ? 'twinReads' : 'twinUpdates', now);
  if (wait > 0) return failure(429, 'the quota of twin operations is used up');
  if (type === 'twin-get') {
    connection.emit({ type: 'twin', change: 'read' });
    return { status: 200, body: JSON.stringify(device.twin.document) };
  }
  const patch = readBody(payload);
  const version = patch === BROKEN ? 'the patch is not JSON' : hub.report(device, patch);
  return typeof version === 'number' ? { status: 204, body: '', version } : failure(400, version);
}
