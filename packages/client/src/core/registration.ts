import { PINGRESP, type PublishPacket } from '@mote/codec';
import { printable } from '../explain/printable.ts';
import type { Action } from './action.ts';
import { Attempts, beyond, seconds } from './attempts.ts';
import { HINTS } from './dps/hints.ts';
import { registerBody } from './dps/register-body.ts';
import { readReply } from './dps/reply.ts';
import { parseResponseTopic, pollTopic, RESPONSE_FILTER, registerTopic } from './dps/topics.ts';
import { errorFrom, ProvisioningError } from './error.ts';
import type { RegistrationOptions } from './registration-options.ts';
import type { Session } from './session.ts';
import type { SessionEvent } from './session-options.ts';
import type { DialStage } from './stage.ts';
import { encodeUtf8 } from './utf8.ts';

// One device, one provisioning, over as many connections as it takes: bytes, events and time come in, actions go out.
// - Times are milliseconds of one clock that never steps back.
// - It ends exactly once, with `assigned` or `failed`; whatever comes after that gets no action.
// - DPS order is CONNECT, SUBSCRIBE, register, wait, poll. One request is open at a time, and only the answer with its $rid counts;
//   the Session has acknowledged the others.
// - A new connection takes up where the last one ended: with the operation's id, and no sooner than the service allows.

/** Between polls, when the service does not say: it allows five in ten seconds. */
const POLL_SECONDS = 2;

export class Registration {
  readonly #options: RegistrationOptions;
  readonly #attempts: Attempts;
  /** Of the question that is open. */
  #requestId: string | undefined;
  #operationId: string | undefined;
  #restarted = false;
  /** No request leaves before. */
  #askAt = 0;

  constructor(options: RegistrationOptions) {
    this.#options = options;
    this.#attempts = new Attempts(options);
  }

  start(now: number): readonly Action[] {
    return this.#attempts.start(now);
  }

  /** The dial has come this far. */
  dialling(stage: DialStage, now: number): readonly Action[] {
    return this.#hear(now, (session) => {
      if (!session) this.#attempts.stage = stage;
    });
  }

  /** A connection stands. `password` is the SAS token, if there is one; `protocol` is for people. */
  connected(password: string | undefined, now: number, protocol?: string): readonly Action[] {
    return this.#hear(now, (session) => {
      if (!session) this.#attempts.open(password, protocol);
    });
  }

  receive(bytes: Uint8Array, now: number): readonly Action[] {
    return this.#hear(now, (session) => {
      if (session) {
        const { stage } = this.#attempts;
        // What has begun to come has as long again; a pause is no longer for that. PINGRESP shows that the peer is there, not
        // that it has heard what we asked. (Cut in two, it counts once.)
        if (stage !== 'wait' && bytes[0] !== PINGRESP << 4) this.#attempts.enter(stage);
        this.#perform(session, session.receive(bytes, now));
      } else this.#attempts.fail('protocol-violation', 'the peer spoke before CONNECT');
    });
  }

  /** The dial failed, or the connection ended, with the reason if there is one. */
  lost(cause: unknown, now: number): readonly Action[] {
    return this.#hear(now, (session) => this.#attempts.redial(this.#loss(cause, session)));
  }

  /** Time has passed. A call too many does no harm. */
  wake(now: number): readonly Action[] {
    const attempts = this.#attempts;
    const onTime = (): void => {
      const { session, left, dueAt, stage } = attempts;
      if (left <= 0) attempts.onDeadline();
      else if (now >= dueAt) {
        if (stage !== 'wait') attempts.onSilence();
        else if (session) this.#ask(session);
        else attempts.dial();
      } else if (session) this.#perform(session, session.wake(now));
    };
    return attempts.turn(now, onTime, true);
  }

  /** What a connection that was hung up still says has no effect. */
  #hear(now: number, react: (session: Session | undefined) => void): readonly Action[] {
    const attempts = this.#attempts;
    return attempts.turn(now, () => {
      if (attempts.session || attempts.stage !== 'wait') react(attempts.session);
    });
  }

  #loss(cause: unknown, session: Session | undefined): ProvisioningError {
    const attempts = this.#attempts;
    const error = errorFrom(cause, session ? 'connection-lost' : 'connect-failed', attempts.stage, { retryable: true });
    // A transport knows what broke its rules, but not how far the talk above it had come.
    return error.code === 'protocol-violation' ? attempts.error(error.code, error.message) : error;
  }

  #perform(session: Session, events: readonly SessionEvent[]): void {
    const attempts = this.#attempts;
    for (const event of events) {
      // Nothing that is queued behind the end of a connection concerns anybody.
      if (attempts.session !== session) return;
      if (event.type === 'connected') {
        attempts.enter('subscribe');
        attempts.progress({ type: 'connect-accepted' }, 'CONNECT accepted');
        session.subscribe([{ topicFilter: RESPONSE_FILTER, qos: 1 }], attempts.now);
      } else if (event.type === 'subscribed') this.#onSubscribed(session, event.returnCodes[0]!);
      else if (event.type === 'message') this.#onMessage(session, event.packet);
      else if (event.type === 'failed') {
        const { code, message, returnCode, cause } = event.failure;
        const retryable = code === 'connection-lost' || returnCode === 3;
        const hint = HINTS[`CONNACK ${returnCode}`];
        attempts.redial(attempts.error(code, message, { retryable, cause, returnCode, hint }));
      }
    }
  }

  #onSubscribed(session: Session, returnCode: number): void {
    const attempts = this.#attempts;
    if (returnCode === 0x80) attempts.fail('subscribe-refused', 'SUBACK 0x80');
    else if (returnCode === 2) attempts.fail('protocol-violation', 'SUBACK grants QoS 2');
    else {
      attempts.progress({ type: 'subscribed' });
      if (attempts.now < this.#askAt) attempts.enter('wait', this.#askAt);
      else this.#ask(session);
    }
  }

  #ask(session: Session): void {
    const attempts = this.#attempts;
    const { registrationId } = this.#options;
    const operationId = this.#operationId;
    const requestId = this.#newRequestId();
    this.#requestId = requestId;
    const ask = (topicName: string, body: string): void =>
      void session.publish({ topicName, payload: encodeUtf8(body), qos: 1 }, attempts.now);
    if (operationId === undefined) {
      attempts.enter('register');
      attempts.progress({ type: 'registering', registrationId }, `registering ${registrationId}`);
      ask(registerTopic(requestId), registerBody(this.#options));
    } else {
      // Should the session be lost before the answer, a new one does not poll sooner either.
      this.#askAt = attempts.now + POLL_SECONDS * 1000;
      attempts.enter('poll');
      attempts.progress({ type: 'polling', operationId });
      ask(pollTopic(requestId, operationId), '');
    }
  }

  #onMessage(session: Session, { topicName, payload }: PublishPacket): void {
    const { stage } = this.#attempts;
    const topic = parseResponseTopic(topicName);
    const asked = stage === 'register' || stage === 'poll';
    if (!asked || topic === undefined || topic.requestId !== this.#requestId) return;
    const reply = readReply(topic, payload, stage, this.#options.registrationId, this.#attempts.mask);
    if (reply instanceof ProvisioningError) this.#onRefused(session, reply);
    else if ('assignedHub' in reply) {
      const { assignedHub, deviceId } = reply;
      this.#attempts.progress(
        { type: 'assigned', assignedHub, deviceId },
        printable(`assigned to ${assignedHub} as ${deviceId}`),
      );
      this.#attempts.end({ type: 'assigned', assignment: reply });
    } else this.#onPending(topic.retryAfter, reply.operationId);
  }

  #onPending(retryAfter: number | undefined, operationId: string | undefined = this.#operationId): void {
    const attempts = this.#attempts;
    // 0 says nothing: only a smaller positive value brings polls closer than the default.
    const floor = retryAfter || POLL_SECONDS;
    if (operationId === undefined) attempts.fail('protocol-violation', '202 without operationId');
    else if (floor * 1000 >= attempts.left) attempts.fail('timed-out', beyond(floor), { retryAfter });
    else {
      // Devices that were started together drift apart.
      const delayMs = Math.min(floor * 1000 + this.#options.random() * 250, attempts.left);
      this.#operationId = operationId;
      this.#waitUntil(attempts.now + delayMs);
      const step = { type: 'assigning', retryAfter, delayMs, operationId } as const;
      attempts.progress(step, `assigning; asking again in ${seconds(delayMs)}`);
    }
  }

  #onRefused(session: Session, error: ProvisioningError): void {
    const attempts = this.#attempts;
    // The service drops the connection after 401, so the other key gets a new one.
    if (error.statusCode === 401 && attempts.rekey(error)) return;
    if (error.code === 'not-found' && this.#operationId !== undefined && !this.#restarted) {
      // The service has lost the operation: register anew, once.
      this.#restarted = true;
      this.#operationId = undefined;
      attempts.retrying(error, 0);
      this.#ask(session);
      return;
    }
    const pauseMs = attempts.delay(error);
    if (pauseMs === undefined) return;
    const delayMs = Math.max(this.#askAt - attempts.now, pauseMs);
    attempts.retrying(error, delayMs);
    this.#waitUntil(attempts.now + delayMs);
  }

  #newRequestId(): string {
    const { random, requestId } = this.#options;
    // 52 bits each, which is what a double holds.
    return requestId?.() ?? [random(), random()].map((part) => Math.floor(part * 2 ** 52).toString(36)).join('-');
  }

  #waitUntil(time: number): void {
    this.#askAt = time;
    this.#attempts.enter('wait', time);
  }
}
