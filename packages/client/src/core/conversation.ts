import { type Packet, PUBLISH, type PublishPacket } from '@mote/codec';
import type { Assignment } from './assignment.ts';
import { connackHint } from './dps/hints.ts';
import { maskSecrets, secretsOf } from './dps/mask-secrets.ts';
import { registerBody } from './dps/register-body.ts';
import { readReply } from './dps/reply.ts';
import { parseResponseTopic, pollTopic, RESPONSE_FILTER, registerTopic } from './dps/topics.ts';
import { userName } from './dps/user-name.ts';
import { ProvisioningError, type ProvisioningErrorCode, type ProvisioningErrorFields } from './error.ts';
import type { ProgressStep } from './progress.ts';
import type { RegistrationOptions } from './registration-options.ts';
import { Session } from './session.ts';
import type { SessionEvent, SessionFailure } from './session-options.ts';
import type { Stage } from './stage.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

// What is said to the service, in DPS order: CONNECT, SUBSCRIBE, register, wait, poll. A new connection takes up where the
// last one ended: with the operation's id, and no sooner than the service allows.
// One request is open at a time, and only the answer with its $rid counts. The Session has acknowledged the others.

export type Outcome =
  | { readonly type: 'assigned'; readonly assignment: Assignment }
  /** The service refused the request; the connection stands. */
  | { readonly type: 'refused'; readonly error: ProvisioningError }
  /** The connection is of no use any more. */
  | { readonly type: 'broken'; readonly error: ProvisioningError };

/** Between polls, when the service does not say: it allows five in ten seconds. */
const POLL_MS = 2000;

export class Conversation {
  readonly #options: RegistrationOptions;
  readonly #deadline: number;
  readonly #note: (step: ProgressStep) => void;
  #session: Session | undefined;
  #stage: Stage = 'connect';
  #since = 0;
  #secrets: readonly string[] = [];
  #requestId = 0;
  #operationId: string | undefined;
  /** No request leaves before. */
  #notBefore = 0;
  #restarted = false;

  constructor(options: RegistrationOptions, deadline: number, note: (step: ProgressStep) => void) {
    this.#options = options;
    this.#deadline = deadline;
    this.#note = note;
  }

  get stage(): Stage {
    return this.#stage;
  }

  /** When the present stage began. */
  get since(): number {
    return this.#since;
  }

  get wakeAt(): number {
    const session = this.#session?.wakeAt ?? Number.POSITIVE_INFINITY;
    return this.#stage === 'wait' ? Math.min(this.#notBefore, session) : session;
  }

  /** A new connection stands; whatever is left of the one before is forgotten. */
  open(password: string | undefined, now: number): void {
    const { idScope, registrationId, apiVersion, clientVersion, keepAlive = 30, trace } = this.#options;
    this.#secrets = secretsOf(password);
    this.#session = new Session({
      clientId: registrationId,
      userName: userName({ idScope, registrationId, apiVersion, clientVersion }),
      password: password === undefined ? undefined : encodeUtf8(password),
      keepAlive,
      trace: trace && ((direction, packet) => trace(direction, this.#masked(packet))),
    });
    this.#enter('connect', now);
    this.#session.start(now);
  }

  receive(bytes: Uint8Array, now: number): Outcome | undefined {
    return this.#perform(this.#session?.receive(bytes, now), now);
  }

  wake(now: number): Outcome | undefined {
    if (this.#stage === 'wait' && now >= this.#notBefore) this.#ask(now);
    return this.#perform(this.#session?.wake(now), now);
  }

  /** Ask again after this time, as the service or the back-off wants it. */
  postpone(delayMs: number, now: number): void {
    this.#notBefore = now + delayMs;
    this.#enter('wait', now);
  }

  flush(): Uint8Array | undefined {
    return this.#session?.flush();
  }

  close(now: number): void {
    if (this.#session?.phase === 'open') this.#session.disconnect(now);
  }

  #perform(events: readonly SessionEvent[] = [], now: number): Outcome | undefined {
    for (const event of events) {
      const outcome = this.#react(event, now);
      // Nothing that is queued behind an outcome concerns anybody.
      if (outcome !== undefined) return outcome;
    }
    return undefined;
  }

  #react(event: SessionEvent, now: number): Outcome | undefined {
    switch (event.type) {
      case 'connected':
        this.#enter('subscribe', now);
        this.#note({ type: 'connect-accepted' });
        this.#session!.subscribe([{ topicFilter: RESPONSE_FILTER, qos: 1 }], now);
        return undefined;
      case 'subscribed':
        return this.#onSubscribed(event.returnCodes[0]!, now);
      case 'message':
        return this.#onMessage(event.packet, now);
      case 'failed':
        return this.#onFailure(event.failure);
      default:
        return undefined;
    }
  }

  #onSubscribed(returnCode: number, now: number): Outcome | undefined {
    if (returnCode === 0x80)
      return this.#broken('subscribe-refused', 'the service refused the subscription to its answers');
    if (returnCode === 2) return this.#broken('protocol-violation', 'SUBACK grants QoS 2 where 1 was asked for');
    this.#note({ type: 'subscribed' });
    if (now >= this.#notBefore) this.#ask(now);
    else this.#enter('wait', now);
    return undefined;
  }

  #ask(now: number): void {
    const { registrationId, payload, csr } = this.#options;
    const operationId = this.#operationId;
    const requestId = String(++this.#requestId);
    if (operationId === undefined) {
      this.#enter('register', now);
      this.#note({ type: 'registering', registrationId });
      this.#publish(registerTopic(requestId), registerBody({ registrationId, payload, csr }), now);
    } else {
      // Should the link be lost before the answer, a new one does not poll sooner either.
      this.#notBefore = now + POLL_MS;
      this.#enter('poll', now);
      this.#note({ type: 'polling', operationId });
      this.#publish(pollTopic(requestId, operationId), '', now);
    }
  }

  #publish(topicName: string, text: string, now: number): void {
    this.#session!.publish({ topicName, payload: encodeUtf8(text), qos: 1 }, now);
  }

  #masked(packet: Packet): Packet {
    const text = packet.type === PUBLISH ? decodeUtf8(packet.payload) : undefined;
    const { csr } = this.#options;
    const masked = text && maskSecrets(text, csr === undefined ? this.#secrets : [csr, ...this.#secrets]);
    return masked === text ? packet : ({ ...packet, payload: encodeUtf8(masked!) } as PublishPacket);
  }

  #onMessage({ topicName, payload }: PublishPacket, now: number): Outcome | undefined {
    const topic = parseResponseTopic(topicName);
    const asked = this.#stage === 'register' || this.#stage === 'poll';
    if (!asked || topic?.requestId !== String(this.#requestId)) return undefined;
    const text = decodeUtf8(payload);
    const masked = text && maskSecrets(text, this.#secrets);
    const reply = readReply(topic, masked, { stage: this.#stage, registrationId: this.#options.registrationId });
    switch (reply.type) {
      case 'assigned':
        return reply;
      case 'pending':
        return this.#onPending(reply.operationId, topic.retryAfter, now);
      case 'refused':
        return this.#onRefused(reply.error, now);
    }
  }

  #onPending(operationId: string | undefined, retryAfter: number | undefined, now: number): Outcome | undefined {
    this.#operationId = operationId ?? this.#operationId;
    if (this.#operationId === undefined) return this.#broken('protocol-violation', 'the 202 answer has no operationId');
    // 0 says nothing: only a smaller positive value brings polls closer than the default.
    const floor = retryAfter ? retryAfter * 1000 : POLL_MS;
    if (now + floor >= this.#deadline) {
      const error = this.#error('timed-out', `the service asks to wait ${floor / 1000} s, beyond the deadline`, {
        retryAfter,
      });
      return { type: 'refused', error };
    }
    // Devices that were started together drift apart.
    const delayMs = Math.min(floor + this.#options.random() * 250, this.#deadline - now);
    this.postpone(delayMs, now);
    this.#note({ type: 'assigning', retryAfter, delayMs, operationId: this.#operationId });
    return undefined;
  }

  #onRefused(error: ProvisioningError, now: number): Outcome | undefined {
    if (error.code !== 'not-found' || this.#operationId === undefined || this.#restarted)
      return { type: 'refused', error };
    // The service has lost the operation: register anew, once.
    this.#restarted = true;
    this.#operationId = undefined;
    this.#note({ type: 'retrying', cause: error, delayMs: 0 });
    this.#ask(now);
    return undefined;
  }

  #onFailure({ code, message, returnCode, cause }: SessionFailure): Outcome {
    const retryable = code === 'connection-lost' || returnCode === 3;
    return this.#broken(code, message, {
      retryable,
      cause,
      ...(returnCode === undefined ? {} : { returnCode, hint: connackHint(returnCode) }),
    });
  }

  #broken(code: ProvisioningErrorCode, message: string, fields?: ProvisioningErrorFields): Outcome {
    return { type: 'broken', error: this.#error(code, message, fields) };
  }

  #error(code: ProvisioningErrorCode, message: string, fields?: ProvisioningErrorFields): ProvisioningError {
    return new ProvisioningError(code, this.#stage, message, fields);
  }

  #enter(stage: Stage, now: number): void {
    this.#stage = stage;
    this.#since = now;
  }
}
