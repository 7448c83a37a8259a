import { decodeUtf8, type Packet, PUBACK, PUBLISH, type PublishPacket } from '@mote/codec';
import type { Hmac } from '../credentials/sas-token.ts';
import { authenticate } from '../enrollment/authenticate.ts';
import type { EnrollmentEntry, EnrollmentIndex } from '../enrollment/enrollment-index.ts';
import { isRefusal, type Refusal } from '../enrollment/refusal.ts';
import type { Fault } from '../faults/scenario.ts';
import type { ConnectionPort } from '../mqtt/ports.ts';
import { parseJson } from '../values/bounded-json.ts';
import { type Answer, errorAnswer } from './answer.ts';
import type { ConnectRequest } from './check-connect.ts';
import type { Registrations } from './registrations.ts';
import { answerByFault, shapeAnswer } from './shape-answer.ts';
import type { RequestTopic } from './topics.ts';

/** Settings that requests are served by. */
export interface DpsRequestSettings {
  readonly hmac: Hmac;
  readonly clockSkewSeconds: number;
  readonly chainChecks: 'openssl' | 'signatures';
  /** `retry-after` of answers that ask to wait, seconds. */
  readonly retryAfterSeconds: number;
  readonly limits: { readonly maxUnacknowledged: number };
}

/** What DpsRequests use of the service. */
export interface DpsRequestPorts {
  readonly settings: DpsRequestSettings;
  enrollments(): EnrollmentIndex;
  readonly registrations: Registrations;
}

/** Serves the register and poll requests of one connection. */
export class DpsRequests {
  readonly #connection: ConnectionPort;
  readonly #request: ConnectRequest;
  readonly #ports: DpsRequestPorts;
  #verdict: { readonly enrollments: EnrollmentIndex; readonly entry: EnrollmentEntry | Refusal } | undefined;

  constructor(connection: ConnectionPort, request: ConnectRequest, ports: DpsRequestPorts) {
    this.#connection = connection;
    this.#request = request;
    this.#ports = ports;
  }

  serve(request: RequestTopic, packet: PublishPacket, granted: 0 | 1 | undefined, now: number): void {
    const connection = this.#connection;
    if (packet.retain) connection.emit({ type: 'warning', reason: 'RETAIN is ignored' });
    const entry = this.authenticate(now);
    const fault = connection.pick(request.type, isRefusal(entry) ? undefined : entry.id);
    const answer = this.#answer(request, packet.payload, entry, fault, now);
    this.#report(request, answer);
    const ack = this.#acknowledgement(packet, fault);
    const replies = this.#replies(packet, granted, request, answer, fault);
    connection.send(fault.ackLast ? [...replies, ...ack] : [...ack, ...replies], now, fault);
    if (answer.hangUp) connection.hangUp(`behind the ${answer.statusCode}`, now);
    if (connection.unacknowledged > this.#ports.settings.limits.maxUnacknowledged) {
      connection.close('too many answers are unacknowledged', 'reset');
    }
  }

  /** Checks the credentials at the first request, and again after a change of the enrollments. */
  authenticate(now: number): EnrollmentEntry | Refusal {
    const enrollments = this.#ports.enrollments();
    if (this.#verdict?.enrollments === enrollments) return this.#verdict.entry;
    const { clockSkewSeconds: skewSeconds, chainChecks, hmac } = this.#ports.settings;
    const entry = authenticate(this.#request.claim, enrollments, hmac, { nowMs: now, skewSeconds, chainChecks });
    this.#verdict = { enrollments, entry };
    return entry;
  }

  #answer(
    request: RequestTopic,
    body: Uint8Array,
    entry: EnrollmentEntry | Refusal,
    fault: Fault,
    now: number,
  ): Answer {
    const { registrations, settings } = this.#ports;
    const { claim, apiVersion } = this.#request;
    const { registrationId } = claim;
    const random = registrations.randomFor(registrationId);
    const operationId = request.type === 'poll' ? request.operationId : '';
    if (request.type === 'poll') this.#connection.emit({ type: 'poll', requestId: request.requestId, operationId });
    else this.#connection.emit({ type: 'register', requestId: request.requestId, ...describeBody(body) });
    const { retryAfterSeconds } = settings;
    const faulty = answerByFault(fault, { registrationId, operationId, retryAfterSeconds, random, now });
    if (faulty !== undefined) return faulty;
    if (isRefusal(entry)) return errorAnswer(entry, random, now);
    if (request.type === 'poll') return registrations.poll(registrationId, operationId, now);
    const certificate = this.#connection.peer.chain[0];
    return registrations.register({ registrationId, apiVersion, entry, certificate }, body, now);
  }

  /** Sends PUBACK before the answer, as the C# SDK needs it. */
  #acknowledgement({ qos, packetId }: PublishPacket, { omitAck }: Fault): Packet[] {
    return qos === 0 || packetId === undefined || omitAck ? [] : [{ type: PUBACK, packetId }];
  }

  /** Sends the answer at the smaller of granted and requested QoS. */
  #replies(
    { qos }: PublishPacket,
    granted: 0 | 1 | undefined,
    { requestId }: RequestTopic,
    answer: Answer,
    fault: Fault,
  ): Packet[] {
    if (granted === undefined) {
      this.#connection.emit({ type: 'warning', reason: 'no answer: the device has not subscribed' });
      return [];
    }
    const message = { type: PUBLISH, ...shapeAnswer(answer, requestId, fault), retain: false } as const;
    const copies = Array.from({ length: fault.duplicate ?? 0 });
    if (qos === 0 || granted === 0) {
      const reply = { ...message, qos: 0, dup: false, packetId: undefined } as const;
      return [reply, ...copies.map(() => reply)];
    }
    const reply = { ...message, qos: 1, dup: false, packetId: this.#connection.nextPacketId() } as const;
    return [reply, ...copies.map(() => ({ ...reply, dup: true }))];
  }

  #report(request: RequestTopic, { statusCode, body, retryAfter, reason, assigned }: Answer): void {
    const { status, errorCode, operationId } = body;
    if (reason !== undefined) {
      this.#connection.emit({
        type: 'refused',
        stage: request.type,
        reason,
        statusCode,
        ...(typeof errorCode === 'number' && { errorCode }),
      });
    }
    this.#connection.emit({
      type: 'reply',
      requestId: request.requestId,
      statusCode,
      ...(typeof status === 'string' && { status }),
      ...(typeof errorCode === 'number' && { errorCode }),
      ...(retryAfter !== undefined && { retryAfter }),
    });
    if (assigned === undefined) return;
    const { assignedHub, deviceId, substatus } = assigned;
    this.#connection.emit({ type: 'assigned', assignedHub, deviceId, substatus, operationId: String(operationId) });
  }
}

/** Only for events. Bodies that cannot be read are refused elsewhere. */
function describeBody(body: Uint8Array): { payload?: unknown; csr: boolean } {
  try {
    const value: unknown = parseJson(decodeUtf8(body) ?? '');
    if (typeof value !== 'object' || value === null) return { csr: false };
    const payload = 'payload' in value ? value.payload : undefined;
    return { csr: 'csr' in value, ...(payload !== undefined && payload !== null && { payload }) };
  } catch {
    return { csr: false };
  }
}
