import type { PublishPacket } from '@mote/codec';
import type { Action } from './action.ts';
import { Attempts } from './attempts.ts';
import { HINTS } from './dps/hints.ts';
import { registerBody } from './dps/register-body.ts';
import { readReply } from './dps/reply.ts';
import { parseResponseTopic, pollTopic, RESPONSE_FILTER, registerTopic } from './dps/topics.ts';
import { ProvisioningError, type ProvisioningErrorCode, type ProvisioningErrorFields } from './error.ts';
import { type Link, openLink } from './link.ts';
import type { ProgressStep } from './progress.ts';
import type { RegistrationOptions } from './registration-options.ts';
import type { SessionEvent } from './session-options.ts';
import type { DialStage, Stage } from './stage.ts';
import { encodeUtf8 } from './utf8.ts';

// One device, one provisioning, over as many connections as it takes.
// - Bytes, events and time come in, actions go out. Times are milliseconds of one clock that never steps back.
// - It ends exactly once, with `assigned` or `failed`; whatever comes after that gets no action.
// - It is in one stage at a time, which has one moment at which it is over by itself. With a `#link` a connection stands; without
//   one a dial is under way, or in stage `wait` the pause before the next.
// - One request is open at a time, and only the answer with its $rid counts. The Session has acknowledged the others.
// - A new connection takes up where the last one ended: with the operation's id, and no sooner than the service allows.

/** Between polls, when the service does not say: it allows five in ten seconds. */
const POLL_SECONDS = 2;
/** An attempt that the deadline cuts off sooner has not met silence. */
const QUIET_MS = 1000;

export class Registration {
  readonly #options: RegistrationOptions;
  readonly #attempts: Attempts;
  #attempt = 0;
  #running = false;
  #link: Link | undefined;
  #stage: Stage = 'options';
  #actions: Action[] = [];
  #lastError: ProvisioningError | undefined;

  #now = 0;
  #startedAt = 0;
  /** When this stage began and when it is over by itself; a dial is one, whatever stages it names. */
  #since = 0;
  #dueAt = 0;
  #wakeAt = 0;
  /** No request leaves before. */
  #askAt = 0;

  #requestId = 0;
  #operationId: string | undefined;
  #restarted = false;

  constructor(options: RegistrationOptions) {
    this.#options = options;
    this.#attempts = new Attempts(options);
  }

  start(now: number): readonly Action[] {
    if (this.#attempt > 0) throw new Error('a Registration serves one provisioning');
    this.#running = true;
    this.#startedAt = now;
    return this.#turn(now, () => this.#dial());
  }

  /** The dial has come this far. */
  dialling(stage: DialStage, now: number): readonly Action[] {
    return this.#hear(now, (link) => {
      if (!link) this.#stage = stage;
    });
  }

  /** A connection stands. `password` is the SAS token, if there is one; `protocol` is for people. */
  connected(password: string | undefined, now: number, protocol?: string): readonly Action[] {
    return this.#hear(now, (link) => {
      if (!link) this.#open(password, protocol);
    });
  }

  receive(bytes: Uint8Array, now: number): readonly Action[] {
    return this.#hear(now, (link) => {
      if (link) this.#perform(link, link.session.receive(bytes, now));
      else this.#fail('protocol-violation', 'the peer spoke before CONNECT');
    });
  }

  /** The dial failed, or the connection ended, with the reason if there is one. */
  lost(cause: unknown, now: number): readonly Action[] {
    return this.#hear(now, (link) => {
      if (!(cause instanceof ProvisioningError)) {
        const message = cause instanceof Error ? cause.message : 'closed by the peer';
        this.#redial(this.#error(link ? 'connection-lost' : 'connect-failed', message, { retryable: true, cause }));
      }
      // A transport knows what broke its rules, but not how far the talk above it had come.
      else this.#redial(cause.code === 'protocol-violation' ? this.#error(cause.code, cause.message) : cause);
    });
  }

  /** Time has passed. A call too many does no harm. */
  wake(now: number): readonly Action[] {
    return this.#turn(now, (link) => {
      // The timer that brought us here is spent, though the next may be due at the same time.
      this.#wakeAt = 0;
      if (this.#left <= 0) this.#onDeadline();
      else if (now >= this.#dueAt) this.#onDue(link);
      else if (link) this.#perform(link, link.session.wake(now));
    });
  }

  /** What a connection that was hung up still says has no effect. */
  #hear(now: number, react: (link: Link | undefined) => void): readonly Action[] {
    return this.#turn(now, (link) => {
      if (link || this.#stage !== 'wait') react(link);
    });
  }

  #turn(now: number, react: (link: Link | undefined) => void): readonly Action[] {
    this.#actions = [];
    if (!this.#running) return this.#actions;
    this.#now = now;
    try {
      react(this.#link);
    } catch (cause) {
      // Our own mistake, or no memory: it ends this registration, not the process.
      this.#fail('protocol-violation', 'an answer could not be digested', { cause });
    }
    this.#flush();
    const until = Math.min(now + this.#left, this.#dueAt, this.#link?.session.wakeAt ?? this.#dueAt);
    if (this.#running && until !== this.#wakeAt) {
      this.#wakeAt = until;
      this.#actions.push({ type: 'wait', until });
    }
    return this.#actions;
  }

  #onDeadline(): void {
    // The error of the last attempt is the answer, unless an attempt since then has met silence.
    const quiet = this.#stage !== 'wait' && this.#now - this.#since >= QUIET_MS;
    this.#end({ type: 'failed', error: (quiet ? undefined : this.#lastError) ?? this.#silence() });
  }

  #onDue(link: Link | undefined): void {
    if (this.#stage !== 'wait') this.#redial(this.#silence());
    else if (link) this.#ask(link);
    else this.#dial();
  }

  #dial(): void {
    const { route, alternative } = this.#attempts;
    const way = this.#options.routes[route]!;
    this.#attempt++;
    this.#enter('tcp');
    this.#progress({ type: 'dialling', ...way }, `dialling ${way.host}:${way.port} (${way.transport})`);
    this.#actions.push({ type: 'dial', route, alternative });
  }

  #open(password: string | undefined, protocol: string | undefined): void {
    const { transport } = this.#options.routes[this.#attempts.route]!;
    this.#attempts.stood = true;
    this.#link = openLink(this.#options, password);
    this.#link.session.start(this.#now);
    this.#enter('connect');
    this.#progress({ type: 'connected', transport, protocol }, `connected by ${protocol ?? transport}`);
  }

  #perform(link: Link, events: readonly SessionEvent[]): void {
    for (const event of events) {
      // Nothing that is queued behind the end of a connection concerns anybody.
      if (this.#link !== link) return;
      if (event.type === 'connected') {
        this.#enter('subscribe');
        this.#progress({ type: 'connect-accepted' }, 'CONNECT accepted');
        link.session.subscribe([{ topicFilter: RESPONSE_FILTER, qos: 1 }], this.#now);
      } else if (event.type === 'subscribed') this.#onSubscribed(link, event.returnCodes[0]!);
      else if (event.type === 'message') this.#onMessage(link, event.packet);
      else if (event.type === 'failed') {
        const { code, message, returnCode, cause } = event.failure;
        const retryable = code === 'connection-lost' || returnCode === 3;
        const hint = HINTS[`CONNACK ${returnCode}`];
        this.#redial(this.#error(code, message, { retryable, cause, returnCode, hint }));
      }
    }
  }

  #onSubscribed(link: Link, returnCode: number): void {
    if (returnCode === 0x80) this.#fail('subscribe-refused', 'the service refused the subscription to its answers');
    else if (returnCode === 2) this.#fail('protocol-violation', 'SUBACK grants QoS 2 where 1 was asked for');
    else {
      this.#progress({ type: 'subscribed' });
      if (this.#now < this.#askAt) this.#enter('wait', this.#askAt);
      else this.#ask(link);
    }
  }

  #ask({ session }: Link): void {
    const { registrationId } = this.#options;
    const operationId = this.#operationId;
    const requestId = String(++this.#requestId);
    const ask = (topicName: string, body: string): void =>
      void session.publish({ topicName, payload: encodeUtf8(body), qos: 1 }, this.#now);
    if (operationId === undefined) {
      this.#enter('register');
      this.#progress({ type: 'registering', registrationId }, `registering ${registrationId}`);
      ask(registerTopic(requestId), registerBody(this.#options));
    } else {
      // Should the link be lost before the answer, a new one does not poll sooner either.
      this.#askAt = this.#now + POLL_SECONDS * 1000;
      this.#enter('poll');
      this.#progress({ type: 'polling', operationId });
      ask(pollTopic(requestId, operationId), '');
    }
  }

  #onMessage(link: Link, { topicName, payload }: PublishPacket): void {
    const topic = parseResponseTopic(topicName);
    const asked = this.#stage === 'register' || this.#stage === 'poll';
    if (!asked || topic?.requestId !== String(this.#requestId)) return;
    const reply = readReply(topic, link.text(payload), this.#stage, this.#options.registrationId);
    if (reply instanceof ProvisioningError) this.#onRefused(link, reply);
    else if ('assignedHub' in reply) {
      const { assignedHub, deviceId } = reply;
      this.#progress({ type: 'assigned', assignedHub, deviceId }, `assigned to ${assignedHub} as ${deviceId}`);
      this.#end({ type: 'assigned', assignment: reply });
    } else this.#onPending(topic.retryAfter, reply.operationId);
  }

  #onPending(retryAfter: number | undefined, operationId: string | undefined = this.#operationId): void {
    // 0 says nothing: only a smaller positive value brings polls closer than the default.
    const floor = (retryAfter || POLL_SECONDS) * 1000;
    if (operationId === undefined) this.#fail('protocol-violation', 'the 202 answer has no operationId');
    else if (floor >= this.#left) this.#fail('timed-out', beyond(floor / 1000), { retryAfter });
    else {
      // Devices that were started together drift apart.
      const delayMs = Math.min(floor + this.#options.random() * 250, this.#left);
      this.#operationId = operationId;
      this.#askAt = this.#now + delayMs;
      this.#enter('wait', this.#askAt);
      const step = { type: 'assigning', retryAfter, delayMs, operationId } as const;
      this.#progress(step, `the service is assigning a hub; asking again in ${seconds(delayMs)}`);
    }
  }

  #onRefused(link: Link, error: ProvisioningError): void {
    // The service drops the connection after 401, so the other key gets a new one.
    if (this.#attempts.rekey(error)) this.#hangUp(error, 0);
    else if (error.code === 'not-found' && this.#operationId !== undefined && !this.#restarted) {
      // The service has lost the operation: register anew, once.
      this.#restarted = true;
      this.#operationId = undefined;
      this.#retrying(error, 0);
      this.#ask(link);
    } else {
      const delayMs = this.#delay(error);
      if (delayMs === undefined) return;
      this.#askAt = Math.max(this.#askAt, this.#now + delayMs);
      this.#retrying(error, this.#askAt - this.#now);
      this.#enter('wait', this.#askAt);
    }
  }

  /** The dial or the connection is of no use any more. */
  #redial(error: ProvisioningError): void {
    const delayMs = !this.#link && this.#attempts.reroute(error) ? 0 : this.#delay(error);
    if (delayMs !== undefined) this.#hangUp(error, delayMs);
  }

  #hangUp(error: ProvisioningError, delayMs: number): void {
    this.#flush();
    this.#retrying(error, delayMs);
    this.#link = undefined;
    this.#actions.push({ type: 'hang-up' });
    this.#enter('wait', this.#now + delayMs);
    if (delayMs === 0) this.#dial();
  }

  #retrying(cause: ProvisioningError, delayMs: number): void {
    this.#lastError = cause;
    this.#progress({ type: 'retrying', cause, delayMs }, `${cause.message}; trying again in ${seconds(delayMs)}`);
  }

  /** What a retry has to wait; undefined when there is none, and the registration has failed. */
  #delay(error: ProvisioningError): number | undefined {
    const { code, stage, message, retryable, retryAfter = 0 } = error;
    const delayMs = this.#attempts.delay(error, this.#left);
    if (delayMs === undefined) {
      const overdue = retryable && retryAfter * 1000 >= this.#left;
      const reason = overdue ? new ProvisioningError(code, stage, `${message}; ${beyond(retryAfter)}`, error) : error;
      this.#end({ type: 'failed', error: reason });
    }
    return delayMs;
  }

  #end(outcome: Action): void {
    if (this.#link?.session.phase === 'open') this.#link.session.disconnect(this.#now);
    this.#flush();
    this.#link = undefined;
    this.#running = false;
    this.#actions.push(outcome);
  }

  #fail(code: ProvisioningErrorCode, message: string, fields?: ProvisioningErrorFields): void {
    this.#end({ type: 'failed', error: this.#error(code, message, fields) });
  }

  #silence(): ProvisioningError {
    const fields = { retryable: true, cause: this.#lastError, hint: HINTS[this.#stage] };
    return this.#error('timed-out', `no answer at stage ${this.#stage}`, fields);
  }

  #error(code: ProvisioningErrorCode, message: string, fields?: ProvisioningErrorFields): ProvisioningError {
    return new ProvisioningError(code, this.#stage, message, fields);
  }

  #flush(): void {
    const bytes = this.#link?.session.flush();
    if (bytes) this.#actions.push({ type: 'send', bytes });
  }

  #enter(stage: Stage, dueAt: number = this.#now + this.#attempts.patience(stage === 'tcp')): void {
    this.#stage = stage;
    this.#since = this.#now;
    this.#dueAt = dueAt;
  }

  /** Milliseconds to the deadline. */
  get #left(): number {
    return this.#startedAt + this.#options.timeoutMs - this.#now;
  }

  #progress(step: ProgressStep, message: string = step.type): void {
    const elapsedMs = this.#now - this.#startedAt;
    const event = { ...step, stage: this.#stage, elapsedMs, attempt: this.#attempt, message };
    this.#actions.push({ type: 'progress', event });
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function beyond(seconds: number): string {
  return `the service asks to wait ${seconds} s, beyond the deadline`;
}
