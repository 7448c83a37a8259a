import {
  DISCONNECT,
  type Packet,
  PINGREQ,
  PINGRESP,
  PUBACK,
  PUBLISH,
  type PublishPacket,
  SUBACK,
  SUBSCRIBE,
  type SubscribePacket,
  UNSUBACK,
  UNSUBSCRIBE,
} from '@mote/codec';
import { type Answer, errorAnswer } from './answer.ts';
import { authenticate } from './authenticate.ts';
import type { Introduction } from './check-connect.ts';
import type { ConnectionContext, Peer } from './connection-context.ts';
import type { EnrollmentBook, EnrollmentEntry } from './enrollment-book.ts';
import { isRefusal, type Refusal } from './refusal.ts';
import type { Fault } from './scenario/scenario.ts';
import { answerByFault, shapeAnswer } from './scenario/shape-answer.ts';
import { parseRequestTopic, RESPONSE_FILTER, type RequestTopic } from './topics.ts';

/** What an introduced device may do: subscribe to the answers, register, poll, ping and leave. */
export class Session {
  readonly #context: ConnectionContext;
  readonly #device: Introduction;
  readonly #peer: Peer;
  /** QoS granted on this connection, or remembered from an earlier one: the Python SDK reconnects without SUBSCRIBE. */
  #granted: 0 | 1 | undefined;
  #verdict: { readonly book: EnrollmentBook; readonly entry: EnrollmentEntry | Refusal } | undefined;

  constructor(context: ConnectionContext, device: Introduction, peer: Peer) {
    this.#context = context;
    this.#device = device;
    this.#peer = peer;
    this.#granted = context.service.recallSubscription(this.registrationId);
  }

  get registrationId(): string {
    return this.#device.claim.registrationId;
  }

  receive(packet: Packet, now: number): void {
    const { channel } = this.#context;
    switch (packet.type) {
      case SUBSCRIBE:
        this.#onSubscribe(packet, now);
        break;
      case UNSUBSCRIBE:
        if (packet.topicFilters.includes(RESPONSE_FILTER)) this.#grant(undefined);
        this.#send([{ type: UNSUBACK, packetId: packet.packetId }], now, this.#context.pick('unsubscribe'));
        break;
      case PUBLISH:
        this.#onPublish(packet, now);
        break;
      case PUBACK:
        channel.acknowledge(packet.packetId);
        break;
      case PINGREQ:
        this.#send([{ type: PINGRESP }], now, this.#context.pick('ping'));
        break;
      case DISCONNECT:
        channel.gone('DISCONNECT');
        break;
      default:
        channel.close(`a device has no use for packets of type ${packet.type} here`);
    }
  }

  /** Checks the credentials once, and again when the enrollments have changed. */
  authenticate(now: number): EnrollmentEntry | Refusal {
    const { book, settings } = this.#context.service;
    if (this.#verdict?.book === book) return this.#verdict.entry;
    const clock = { nowMs: now, skewSeconds: settings.clockSkewSeconds };
    const entry = authenticate(this.#device.claim, book, settings.hmac, clock);
    this.#verdict = { book, entry };
    return entry;
  }

  #onSubscribe({ packetId, subscriptions }: SubscribePacket, now: number): void {
    const fault = this.#context.pick('subscribe');
    const returnCodes = subscriptions.map(({ topicFilter, qos }) => this.#subscribe(topicFilter, qos, fault));
    this.#send([{ type: SUBACK, packetId, returnCodes }], now, fault);
  }

  #subscribe(topicFilter: string, qos: 0 | 1 | 2, { subackCode }: Fault): 0 | 1 | 0x80 {
    const granted = subackCode === 0 || qos === 0 ? 0 : 1; // 2 is granted as 1
    if (topicFilter !== RESPONSE_FILTER || subackCode === 0x80) {
      const reason =
        subackCode === 0x80
          ? 'the scenario says so'
          : `only ${RESPONSE_FILTER} may be subscribed to, not ${topicFilter}`;
      this.#context.emit({ type: 'refused', stage: 'subscribe', reason, returnCode: 0x80 });
      return 0x80;
    }
    this.#grant(granted);
    this.#context.emit({ type: 'subscribed', topicFilter, qos: granted });
    return granted;
  }

  #grant(qos: 0 | 1 | undefined): void {
    this.#granted = qos;
    this.#context.service.rememberSubscription(this.registrationId, qos);
  }

  #onPublish(packet: PublishPacket, now: number): void {
    const { channel } = this.#context;
    const request = parseRequestTopic(packet.topicName);
    if (packet.qos === 2) channel.close('the service does not take QoS 2');
    else if (request === undefined) channel.close(`there is no topic ${packet.topicName}`);
    else this.#onRequest(request, packet, now);
  }

  #onRequest(request: RequestTopic, packet: PublishPacket, now: number): void {
    const { channel, service } = this.#context;
    if (packet.retain) this.#context.emit({ type: 'warning', reason: 'RETAIN is ignored' });
    const entry = this.authenticate(now);
    const fault = this.#context.pick(request.type, isRefusal(entry) ? undefined : entry.id);
    const answer = this.#answer(request, packet.payload, entry, fault, now);
    this.#report(request, answer);
    this.#send(this.#packets(packet, request.requestId, answer, fault), now, fault);
    if (answer.hangUp) this.#context.hangUp(`behind the ${answer.statusCode}`, now);
    if (channel.unacknowledged > service.settings.limits.maxUnacknowledged) {
      channel.close('too many answers are unacknowledged', 'reset');
    }
  }

  #answer(
    request: RequestTopic,
    body: Uint8Array,
    entry: EnrollmentEntry | Refusal,
    fault: Fault,
    now: number,
  ): Answer {
    const { desk, settings } = this.#context.service;
    const { registrationId } = this;
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

  /** PUBACK first, as the C# SDK needs it; the answer at the smaller of granted and requested QoS. */
  #packets({ qos, packetId }: PublishPacket, requestId: string, answer: Answer, fault: Fault): Packet[] {
    const ack: Packet[] = qos === 1 && packetId !== undefined && !fault.omitAck ? [{ type: PUBACK, packetId }] : [];
    if (this.#granted === undefined) {
      this.#context.emit({ type: 'warning', reason: 'no answer: the device has not subscribed' });
      return ack;
    }
    const message = { type: PUBLISH, ...shapeAnswer(answer, requestId, fault), retain: false } as const;
    const reply: Packet =
      qos === 0 || this.#granted === 0
        ? { ...message, qos: 0, dup: false, packetId: undefined }
        : { ...message, qos: 1, dup: false, packetId: this.#context.channel.nextPacketId() };
    const copies = Array.from({ length: fault.duplicate ?? 0 }, () =>
      reply.qos === 1 ? { ...reply, dup: true } : reply,
    );
    return fault.ackLast ? [reply, ...copies, ...ack] : [...ack, reply, ...copies];
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

  #send(packets: readonly Packet[], now: number, fault: Fault): void {
    this.#context.channel.send(packets, now, fault, this.#context.random);
  }
}

/** For the event only: what cannot be read is refused elsewhere. */
function describeBody(body: Uint8Array): { payload?: unknown; csr: boolean } {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString());
    if (typeof value !== 'object' || value === null) return { csr: false };
    const payload = 'payload' in value ? value.payload : undefined;
    return { csr: 'csr' in value, ...(payload !== undefined && payload !== null && { payload }) };
  } catch {
    return { csr: false };
  }
}
