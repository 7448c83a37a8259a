import { PINGRESP, type PublishPacket } from '@mote/codec';
import { parseResponseTopic, pollTopic, registerBody, registerTopic } from '../azure/dps.ts';
import type { ConnectionFailure } from '../mqtt/connection.ts';
import { Reconnect } from '../mqtt/reconnect.ts';
import type { Action } from './action.ts';
import { errorFrom, ProvisioningError, type ProvisioningErrorCode, type ProvisioningErrorFields } from './error.ts';
import type { ProgressStep } from './progress.ts';
import type { RegistrationOptions } from './registration-options.ts';
import { readReply } from './reply.ts';
import { SecretMask } from './secret-mask.ts';
import { ServiceConnection } from './service-connection.ts';
import type { DialStage, Stage } from './stage.ts';

// One device, one provisioning, over as many connections as it takes: bytes, events and time come in, actions go out.
// - Times are milliseconds of one clock that never steps back.
// - It ends exactly once, with `assigned` or `failed`; whatever comes after that gets no action.
// - It is in one stage at a time, which has one moment at which it is over by itself. A dial counts as one, whatever it names.
// - DPS order is CONNECT, SUBSCRIBE, register, wait, poll. One question is open at a time, and only the answer with its $rid
//   counts; others are acknowledged and dropped.
// - A new connection takes up where the last one ended: with the operation's id, and no sooner than the service allows.

/** Seconds between polls when the service does not say: it allows five in ten seconds. */
const POLL_SECONDS = 2;
/** Milliseconds of silence after which a connection is given up. */
const SILENCE_MS = 30_000;
/** An attempt that the deadline cuts off sooner has not met silence. */
const QUIET_MS = 1000;
/** So many retries may follow as soon as their options say; then a second is the least, so that no options make a flood. */
const QUICK_RETRIES = 10;
/** Errors of a path that another route may not have. A certificate that does not verify is none of these. */
const PATH_ERRORS: readonly string[] = [
  'connect-failed',
  'proxy-failed',
  'connection-lost',
  'timed-out',
  'websocket-failed',
];

export class Registration {
  readonly #options: RegistrationOptions;
  readonly #reconnect: Reconnect;
  readonly #mask: SecretMask;
  #actions: Action[] = [];
  #state: 'new' | 'running' | 'ended' = 'new';
  #now = 0;
  #startedAt = 0;
  #stage: Stage = 'options';
  /** When the stage began, when it is over by itself, and what the driver's timer is set to. */
  #since = 0;
  #dueAt = 0;
  #timerAt = 0;
  /** The connection that stands. Without one a dial is under way, or in stage `wait` the pause before the next. */
  #connection: ServiceConnection | undefined;
  #dials = 0;
  #retries = 0;
  /** Index of the proof of identity in use. */
  #alternative = 0;
  #lastError: ProvisioningError | undefined;
  /** Of the question that is open. */
  #requestId: string | undefined;
  #operationId: string | undefined;
  #restarted = false;
  /** No question leaves before. */
  #askAt = 0;

  constructor(options: RegistrationOptions) {
    const { random, routes, csr, retry = {} } = options;
    const { attempts = 5, baseMs = 1000, capMs = 60_000, silenceMs = SILENCE_MS } = retry;
    this.#options = options;
    this.#mask = new SecretMask(csr);
    this.#reconnect = new Reconnect({ random, routes: routes.length, attempts, baseMs, capMs, silenceMs });
  }

  start(now: number): readonly Action[] {
    if (this.#state !== 'new') throw new Error('a Registration serves one provisioning');
    this.#state = 'running';
    this.#startedAt = now;
    return this.#turn(now, () => this.#dial());
  }

  /** The dial has come this far. */
  dialling(stage: DialStage, now: number): readonly Action[] {
    return this.#hear(now, () => {
      if (!this.#connection) this.#stage = stage;
    });
  }

  /** A connection stands. `password` is the SAS token, if there is one; `protocol` is for people. */
  connected(password: string | undefined, now: number, protocol?: string): readonly Action[] {
    return this.#hear(now, () => {
      if (!this.#connection) this.#open(password, protocol);
    });
  }

  receive(bytes: Uint8Array, now: number): readonly Action[] {
    return this.#hear(now, () => {
      const connection = this.#connection;
      if (!connection) return this.#fail('protocol-violation', 'spoke-first');
      // What has begun to come has as long again; a pause is no longer for that. PINGRESP shows that the peer is there, not
      // that it has heard what we asked. (Cut in two, it counts once.)
      if (this.#stage !== 'wait' && bytes[0] !== PINGRESP << 4) this.#enter(this.#stage);
      this.#onFailure(connection, connection.receive(bytes, now));
    });
  }

  /** The dial failed, or the connection ended, with the reason if there is one. */
  lost(cause: unknown, now: number): readonly Action[] {
    return this.#hear(now, () => {
      this.#redial(errorFrom(cause, this.#stage, this.#connection !== undefined));
    });
  }

  /** Time has passed. A call too many does no harm. */
  wake(now: number): readonly Action[] {
    return this.#turn(
      now,
      () => {
        const connection = this.#connection;
        if (this.#left <= 0) this.#onDeadline();
        else if (now >= this.#dueAt) {
          if (this.#stage !== 'wait') this.#redial(this.#silence());
          else if (connection) this.#ask(connection);
          else this.#dial();
        } else if (connection) this.#onFailure(connection, connection.wake(now));
      },
      true,
    );
  }

  /** What a connection that was hung up still says has no effect. */
  #hear(now: number, react: () => void): readonly Action[] {
    return this.#turn(now, () => {
      if (this.#connection || this.#stage !== 'wait') react();
    });
  }

  /** Lets something happen, and gives out what follows from it. `woken`: the timer is spent, though it may be due again at once. */
  #turn(now: number, happen: () => void, woken = false): readonly Action[] {
    this.#actions = [];
    if (this.#state !== 'running') return [];
    this.#now = now;
    if (woken) this.#timerAt = 0;
    try {
      happen();
      this.#flush();
    } catch (error) {
      // A mistake of ours, or no memory. It ends this registration as what it is, and not the process.
      this.#stop({ type: 'failed', error });
    }
    const until = Math.min(now + this.#left, this.#dueAt, this.#connection?.wakeAt ?? Infinity);
    if (this.#running && until !== this.#timerAt) {
      this.#timerAt = until;
      this.#actions.push({ type: 'wait', until });
    }
    return this.#actions;
  }

  /** Milliseconds to the deadline. */
  get #left(): number {
    return this.#startedAt + this.#options.timeoutMs - this.#now;
  }

  get #running(): boolean {
    return this.#state === 'running';
  }

  #enter(stage: Stage, dueAt?: number): void {
    const { timeoutMs, retry } = this.#options;
    this.#stage = stage;
    this.#since = this.#now;
    this.#dueAt =
      dueAt ?? this.#now + (stage === 'tcp' ? this.#reconnect.patience(timeoutMs) : (retry?.silenceMs ?? SILENCE_MS));
  }

  #dial(): void {
    const route = this.#options.routes[this.#reconnect.route]!;
    this.#dials++;
    this.#enter('tcp');
    this.#progress({ type: 'dialling', ...route });
    this.#actions.push({ type: 'dial', route: this.#reconnect.route, alternative: this.#alternative });
  }

  #open(password: string | undefined, protocol: string | undefined): void {
    const { transport } = this.#options.routes[this.#reconnect.route]!;
    this.#reconnect.connected();
    const connection = new ServiceConnection(this.#options, password, this.#mask, {
      accepted: () => {
        this.#enter('subscribe');
        this.#progress({ type: 'connect-accepted' });
        connection.subscribe();
      },
      subscribed: (granted) => this.#onSubscribed(connection, granted),
      answer: (packet) => this.#onAnswer(connection, packet),
    });
    this.#connection = connection;
    this.#enter('connect');
    this.#progress({ type: 'connected', transport, protocol });
  }

  #onSubscribed(connection: ServiceConnection, granted: boolean): void {
    if (this.#connection !== connection) return;
    if (!granted) this.#fail('subscribe-refused', 'suback-refused', { retryable: false });
    else {
      this.#progress({ type: 'subscribed' });
      if (this.#now < this.#askAt) this.#enter('wait', this.#askAt);
      else this.#ask(connection);
    }
  }

  #ask(connection: ServiceConnection): void {
    const { registrationId, requestId, random } = this.#options;
    const operationId = this.#operationId;
    // 52 bits each, which is what a double holds.
    this.#requestId =
      requestId?.() ?? [random(), random()].map((part) => Math.floor(part * 2 ** 52).toString(36)).join('-');
    if (operationId === undefined) {
      this.#enter('register');
      this.#progress({ type: 'registering', registrationId });
      connection.ask(registerTopic(this.#requestId), registerBody(this.#options));
    } else {
      // Should the link be lost before the answer, a new one does not poll sooner either.
      this.#askAt = this.#now + POLL_SECONDS * 1000;
      this.#enter('poll');
      this.#progress({ type: 'polling', operationId });
      connection.ask(pollTopic(this.#requestId, operationId), '');
    }
  }

  #onAnswer(connection: ServiceConnection, { topicName, payload }: PublishPacket): void {
    // What is queued behind the end of a connection concerns nobody.
    if (this.#connection !== connection) return;
    const stage = this.#stage;
    const topic = parseResponseTopic(topicName);
    const asked = stage === 'register' || stage === 'poll';
    if (!asked || topic === undefined || topic.requestId !== this.#requestId) return;
    const reply = readReply(topic, payload, stage, this.#options.registrationId, this.#mask);
    if (reply instanceof ProvisioningError) this.#onRefused(connection, reply);
    else if ('assignedHub' in reply) {
      const { assignedHub, deviceId } = reply;
      this.#progress({ type: 'assigned', assignedHub, deviceId });
      this.#end({ type: 'assigned', assignment: reply });
    } else this.#onPending(topic.retryAfter, reply.operationId);
  }

  #onPending(retryAfter: number | undefined, operationId: string | undefined = this.#operationId): void {
    // 0 says nothing: only a smaller positive value brings polls closer than the default.
    const floor = retryAfter || POLL_SECONDS;
    if (operationId === undefined) this.#fail('protocol-violation', 'no-operation-id');
    else if (floor * 1000 >= this.#left) this.#fail('timed-out', 'retry-after', { retryAfter: floor });
    else {
      // Devices that were started together drift apart.
      const delayMs = Math.min(floor * 1000 + this.#options.random() * 250, this.#left);
      this.#operationId = operationId;
      this.#waitUntil(this.#now + delayMs);
      this.#progress({ type: 'assigning', retryAfter, delayMs, operationId });
    }
  }

  #onRefused(connection: ServiceConnection, error: ProvisioningError): void {
    // The service drops the connection after 401, so the other key gets a new one.
    if (error.statusCode === 401 && this.#alternative + 1 < (this.#options.alternatives ?? 1)) {
      this.#alternative++;
      this.#hangUp(error, 0);
    } else if (error.code === 'not-found' && this.#operationId !== undefined && !this.#restarted) {
      // The service has lost the operation: register anew, once.
      this.#restarted = true;
      this.#operationId = undefined;
      this.#retrying(error, 0);
      this.#ask(connection);
    } else {
      const pauseMs = this.#delay(error);
      if (pauseMs === undefined) return;
      const delayMs = Math.max(this.#askAt - this.#now, pauseMs);
      this.#retrying(error, delayMs);
      this.#waitUntil(this.#now + delayMs);
    }
  }

  #waitUntil(time: number): void {
    this.#askAt = time;
    this.#enter('wait', time);
  }

  #onFailure(connection: ServiceConnection, failure: ConnectionFailure | undefined): void {
    if (!failure || this.#connection !== connection) return;
    const { code, reason, ...fields } = failure;
    this.#redial(
      this.#error(code, reason, { ...fields, retryable: code === 'connection-lost' || failure.returnCode === 3 }),
    );
  }

  #onDeadline(): void {
    // The error of the last attempt is the answer, unless an attempt since then has met silence.
    const quiet = this.#stage !== 'wait' && this.#now - this.#since >= QUIET_MS;
    this.#end({ type: 'failed', error: (quiet ? undefined : this.#lastError) ?? this.#silence() });
  }

  /** The dial or the connection is of no use any more. */
  #redial(error: ProvisioningError): void {
    const reroute = !this.#connection && this.#reconnect.failed(PATH_ERRORS.includes(error.code));
    const delayMs = reroute ? 0 : this.#delay(error);
    if (delayMs !== undefined) this.#hangUp(error, delayMs);
  }

  /** The next dial follows after this pause. */
  #hangUp(error: ProvisioningError, delayMs: number): void {
    this.#flush();
    this.#retrying(error, delayMs);
    this.#connection = undefined;
    this.#actions.push({ type: 'hang-up' });
    this.#enter('wait', this.#now + delayMs);
    if (delayMs === 0) this.#dial();
  }

  #retrying(cause: ProvisioningError, delayMs: number): void {
    this.#lastError = cause;
    this.#progress({ type: 'retrying', cause, delayMs });
  }

  /** Milliseconds to the next try, never less than the service asked for. Undefined when there is none, and all has failed. */
  #delay(error: ProvisioningError): number | undefined {
    const { retryable, retryAfter = 0 } = error;
    const floor = Math.max(retryAfter * 1000, this.#retries < QUICK_RETRIES ? 0 : 1000);
    const overdue = retryable && retryAfter * 1000 >= this.#left;
    const pause = retryable && !overdue ? this.#reconnect.delay(0, this.#left) : undefined;
    this.#retries++;
    if (pause !== undefined) return Math.max(floor, pause);
    this.#end({ type: 'failed', error: overdue ? this.#overdue(error) : error });
    return undefined;
  }

  /** The same error, which says that the pause the service asks for does not fit the deadline. */
  #overdue(error: ProvisioningError): ProvisioningError {
    return new ProvisioningError(error.code, error.stage, error.message, { ...error, overdue: true });
  }

  #fail(code: ProvisioningErrorCode, reason: string, fields?: ProvisioningErrorFields): void {
    this.#end({ type: 'failed', error: this.#error(code, reason, fields) });
  }

  #end(outcome: Action): void {
    this.#connection?.close();
    this.#flush();
    this.#stop(outcome);
  }

  #stop(outcome: Action): void {
    this.#connection = undefined;
    this.#state = 'ended';
    this.#actions.push(outcome);
  }

  #silence(): ProvisioningError {
    return this.#error('timed-out', 'no-answer', { retryable: true, cause: this.#lastError });
  }

  #error(code: ProvisioningErrorCode, reason: string, fields?: ProvisioningErrorFields): ProvisioningError {
    return new ProvisioningError(code, this.#stage, undefined, { ...fields, reason });
  }

  #progress(step: ProgressStep): void {
    const elapsedMs = this.#now - this.#startedAt;
    const event = { ...step, stage: this.#stage, elapsedMs, attempt: this.#dials, message: step.type };
    this.#actions.push({ type: 'progress', event });
  }

  #flush(): void {
    const bytes = this.#connection?.flush(this.#now);
    if (bytes) this.#actions.push({ type: 'send', bytes });
  }
}
