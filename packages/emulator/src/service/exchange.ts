import { type Packet, PUBACK, PUBLISH, type PublishPacket } from '@mote/codec';
import { type Answer, errorAnswer } from './answer.ts';
import { authenticate } from './authenticate.ts';
import { parseJson } from './bounded-json.ts';
import type { Introduction } from './check-connect.ts';
import type { ConnectionContext, Peer } from './connection-context.ts';
import type { EnrollmentBook, EnrollmentEntry } from './enrollment-book.ts';
import { isRefusal, type Refusal } from './refusal.ts';
import type { Fault } from './scenario/scenario.ts';
import { answerByFault, shapeAnswer } from './scenario/shape-answer.ts';
import type { RequestTopic } from './topics.ts';

/** Takes the register and poll requests of one connection: who asks, what the service says, how it is put on the wire. */
export class Exchange {
  readonly #context: ConnectionContext;
  readonly #device: Introduction;
  readonly #peer: Peer;
  #verdict: { readonly book: EnrollmentBook; readonly entry: EnrollmentEntry | Refusal } | undefined;

  constructor(context: ConnectionContext, device: Introduction, peer: Peer) {
    this.#context = context;
    this.#device = device;
    this.#peer = peer;
  }

  serve(request: RequestTopic, packet: PublishPacket, granted: 0 | 1 | undefined, now: number): void {
    const { channel, service } = this.#context;
    if (packet.retain) this.#context.emit({ type: 'warning', reason: 'RETAIN is ignored' });
    const entry = this.authenticate(now);
    const fault = this.#context.pick(request.type, isRefusal(entry) ? undefined : entry.id);
    const answer = this.#answer(request, packet.payload, entry, fault, now);
    this.#report(request, answer);
    const ack = this.#acknowledgement(packet, fault);
    const replies = this.#replies(packet, granted, request, answer, fault);
    channel.send(fault.ackLast ? [...replies, ...ack] : [...ack, ...replies], now, fault, this.#context.random());
    if (answer.hangUp) this.#context.hangUp(`behind the ${answer.statusCode}`, now);
    if (channel.unacknowledged > service.settings.limits.maxUnacknowledged) {
      channel.close('too many answers are unacknowledged', 'reset');
    }
  }

  /** Checks the credentials once, and again when the enrollments have changed. */
  authenticate(now: number): EnrollmentEntry | Refusal {
    const { book, settings } = this.#context.service;
    if (this.#verdict?.book === book) return this.#verdict.entry;
    const { clockSkewSeconds: skewSeconds, chainChecks } = settings;
    const entry = authenticate(this.#device.claim, book, settings.hmac, { nowMs: now, skewSeconds, chainChecks });
    this.#verdict = { book, entry };
    return entry;
  }

  #answer(
    request: RequestTopic,
    body: Uint8Array,
    entry: EnrollmentEntry | Refusal,
    fault: Fault,
    now: number,
  ): Answer {
    const { desk, settings } = this.#context.service;
    const { registrationId } = this.#device.claim;
    const random = desk.randomFor(registrationId);
    const operationId = request.type === 'poll' ? request.operationId : '';
    if (request.type === 'poll') this.#context.emit({ type: 'poll', requestId: request.requestId, operationId });
    else this.#context.emit({ type: 'register', requestId: request.requestId, ...describeBody(body) });
    const { retryAfterSeconds } = settings;
    const faulty = answerByFault(fault, { registrationId, operationId, retryAfterSeconds, random, now });
    if (faulty !== undefined) return faulty;
    if (isRefusal(entry)) return errorAnswer(entry, random, now);
    if (request.type === 'poll') return desk.poll(registrationId, operationId, now);
    const certificate = this.#peer.chain[0];
    return desk.register({ registrationId, apiVersion: this.#device.apiVersion, entry, certificate }, body, now);
  }

  /** In front of the answer, as the C# SDK needs it. */
  #acknowledgement({ qos, packetId }: PublishPacket, { omitAck }: Fault): Packet[] {
    return qos === 0 || packetId === undefined || omitAck ? [] : [{ type: PUBACK, packetId }];
  }

  /** At the smaller of granted and requested QoS. */
  #replies(
    { qos }: PublishPacket,
    granted: 0 | 1 | undefined,
    { requestId }: RequestTopic,
    answer: Answer,
    fault: Fault,
  ): Packet[] {
    if (granted === undefined) {
      this.#context.emit({ type: 'warning', reason: 'no answer: the device has not subscribed' });
      return [];
    }
    const message = { type: PUBLISH, ...shapeAnswer(answer, requestId, fault), retain: false } as const;
    const copies = Array.from({ length: fault.duplicate ?? 0 });
    if (qos === 0 || granted === 0) {
      const reply = { ...message, qos: 0, dup: false, packetId: undefined } as const;
      return [reply, ...copies.map(() => reply)];
    }
    const reply = { ...message, qos: 1, dup: false, packetId: this.#context.channel.nextPacketId() } as const;
    return [reply, ...copies.map(() => ({ ...reply, dup: true }))];
  }

  #report(request: RequestTopic, { statusCode, body, retryAfter, reason, assigned }: Answer): void {
    const { emit } = this.#context;
    const { status, errorCode, operationId } = body;
    if (reason !== undefined) {
      emit({
        type: 'refused',
        stage: request.type,
        reason,
        statusCode,
        ...(typeof errorCode === 'number' && { errorCode }),
      });
    }
    emit({
      type: 'reply',
      requestId: request.requestId,
      statusCode,
      ...(typeof status === 'string' && { status }),
      ...(typeof errorCode === 'number' && { errorCode }),
      ...(retryAfter !== undefined && { retryAfter }),
    });
    if (assigned === undefined) return;
    const { assignedHub, deviceId, substatus } = assigned;
    emit({ type: 'assigned', assignedHub, deviceId, substatus, operationId: String(operationId) });
  }
}

/** For the event only: what cannot be read is refused elsewhere. */
function describeBody(body: Uint8Array): { payload?: unknown; csr: boolean } {
  try {
    const value: unknown = parseJson(Buffer.from(body).toString());
    if (typeof value !== 'object' || value === null) return { csr: false };
    const payload = 'payload' in value ? value.payload : undefined;
    return { csr: 'csr' in value, ...(payload !== undefined && payload !== null && { payload }) };
  } catch {
    return { csr: false };
  }
}
