import {
  CONNACK,
  decodePuback,
  decodePublish,
  decodeSuback,
  decodeUtf8,
  encodePubackInto,
  encodePublishInto,
  encodeSubscribeInto,
  encodeUtf8,
  type Packet,
  PINGRESP,
  PUBACK,
  PUBLISH,
  type PublishPacket,
  SUBACK,
  SUBSCRIBE,
  type SubscribePacket,
} from '@mote/codec';
import { parseResponseTopic, pollTopic, RESPONSE_FILTER, registerBody, registerTopic, userName } from '../azure/dps.ts';
import { type Connection, type ConnectionFailure, type Decoders, makeConnection } from '../mqtt/connection.ts';
import { PeerViolation } from '../mqtt/peer-violation.ts';
import { Reconnect } from '../mqtt/reconnect.ts';
import type { Action } from './action.ts';
import { errorFrom, ProvisioningError, type ProvisioningErrorCode, type ProvisioningErrorFields } from './error.ts';
import type { ProgressStep } from './progress.ts';
import type { RegistrationOptions } from './registration-options.ts';
import { readReply } from './reply.ts';
import { SecretMask } from './secret-mask.ts';
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

const DECODERS: Decoders = { [SUBACK]: decodeSuback, [PUBACK]: decodePuback, [PUBLISH]: decodePublish };
/** Asks for everything that the service answers. The questions have the identifiers behind this one. */
const SUBSCRIPTION: SubscribePacket = {
  type: SUBSCRIBE,
  packetId: 1,
  subscriptions: [{ topicFilter: RESPONSE_FILTER, qos: 1 }],
};

export class Registration {
  readonly #options: RegistrationOptions;
  readonly #reconnect: Reconnect;
  readonly #mask: SecretMask;
  readonly #silenceMs: number;
  #actions: Action[] = [];
  /** Undefined before the start, false after the end. */
  #running: boolean | undefined;
  #now = 0;
  #startedAt = 0;
  #stage: Stage = 'options';
  /** When the stage began, when it is over by itself, and what the driver's timer is set to. */
  #since = 0;
  #dueAt = 0;
  #timerAt = 0;
  /** The connection that stands. Without one a dial is under way, or in stage `wait` the pause before the next. */
  #connection: Connection | undefined;
  #dials = 0;
  #retries = 0;
  /** Index of the proof of identity in use. */
  #alternative = 0;
  #lastError: ProvisioningError | undefined;
  /** Questions asked on this connection, and the id of the one that is open. */
  #questions = 0;
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
    this.#silenceMs = silenceMs;
    this.#reconnect = new Reconnect({ random, routes: routes.length, attempts, baseMs, capMs, silenceMs });
  }

  start(now: number): readonly Action[] {
    if (this.#running !== undefined) throw new Error('a Registration serves one provisioning');
    this.#running = true;
    this.#startedAt = now;
    return this.#turn(now, () => this.#dial());
  }

  /** The dial has come this far. */
  dialling(stage: DialStage, now: number): readonly Action[] {
    return this.#turn(now, () => {
      if (this.#isDialling) this.#stage = stage;
    });
  }

  /** A connection stands. `password` is the SAS token, if there is one; `protocol` is for people. */
  connected(password: string | undefined, now: number, protocol?: string): readonly Action[] {
    return this.#turn(now, () => {
      if (this.#isDialling) this.#open(password, protocol);
    });
  }

  receive(bytes: Uint8Array, now: number): readonly Action[] {
    return this.#turn(now, () => {
      if (this.#isDialling) this.#fail('protocol-violation', 'spoke-first');
      // What has begun to come has as long again; a pause is no longer for that. PINGRESP shows that the peer is there, not
      // that it has heard what we asked. (Cut in two, it counts once.)
      if (this.#stage !== 'wait' && bytes[0] !== PINGRESP << 4) this.#enter(this.#stage);
      this.#onFailure(this.#connection?.receive(bytes, now));
    });
  }

  /** The dial failed, or the connection ended, with the reason if there is one. */
  lost(cause: unknown, now: number): readonly Action[] {
    return this.#turn(now, () => {
      const stands = this.#connection !== undefined;
      // What a connection that was hung up still says has no effect.
      if (stands || this.#isDialling) this.#redial(errorFrom(cause, this.#stage, stands));
    });
  }

  /** Time has passed. A call too many does no harm. */
  wake(now: number): readonly Action[] {
    return this.#turn(now, () => {
      // The timer is spent, though it may be due again at once.
      this.#timerAt = 0;
      if (this.#left <= 0) this.#onDeadline();
      else if (now < this.#dueAt) this.#onFailure(this.#connection?.wake(now));
      else if (this.#stage !== 'wait') this.#redial(this.#silence());
      else if (this.#connection) this.#ask();
      else this.#dial();
    });
  }

  /** Lets something happen, and gives out what follows from it. */
  #turn(now: number, happen: () => void): readonly Action[] {
    this.#actions = [];
    if (!this.#running) return [];
    this.#now = now;
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

  get #isDialling(): boolean {
    return !this.#connection && this.#stage !== 'wait';
  }

  #enter(stage: Stage, dueAt: number = this.#now + this.#silenceMs): void {
    this.#stage = stage;
    this.#since = this.#now;
    this.#dueAt = dueAt;
  }

  #dial(): void {
    const { route } = this.#reconnect;
    this.#dials++;
    this.#enter('tcp', this.#now + this.#reconnect.patience(this.#options.timeoutMs));
    this.#progress({ type: 'dialling', ...this.#options.routes[route]! });
    this.#actions.push({ type: 'dial', route, alternative: this.#alternative });
  }

  #open(password: string | undefined, protocol: string | undefined): void {
    const { registrationId, keepAlive = 30, trace, routes } = this.#options;
    this.#reconnect.connected();
    if (password !== undefined) this.#mask.addToken(password);
    this.#questions = 0;
    this.#connection = makeConnection({
      clientId: registrationId,
      userName: userName(this.#options),
      password: password === undefined ? undefined : encodeUtf8(password),
      keepAlive,
      decoders: DECODERS,
      onPacket: (packet) => this.#onPacket(packet),
      trace: trace && ((direction, packet) => trace(direction, masked(packet, this.#mask))),
    });
    this.#connection.start();
    this.#enter('connect');
    this.#progress({ type: 'connected', transport: routes[this.#reconnect.route]!.transport, protocol });
  }

  #onPacket(packet: Packet): void {
    const connection = this.#connection;
    // What is queued behind the end of a connection concerns nobody.
    if (!connection) return;
    if (packet.type === PUBLISH) {
      // We never subscribe at 2, and the server never delivers above what it granted [MQTT-3.8.4-6].
      if (packet.qos === 2) throw new PeerViolation('qos-above-granted', { packetType: PUBLISH });
      // Acknowledged whether anybody waits for it or not.
      if (packet.qos) connection.send(encodePubackInto, { type: PUBACK, packetId: packet.packetId });
      this.#onAnswer(packet);
    } else if (packet.type === CONNACK) {
      this.#enter('subscribe');
      this.#progress({ type: 'connect-accepted' });
      connection.send(encodeSubscribeInto, SUBSCRIPTION);
    } else {
      const { type: packetType, packetId } = packet as Extract<Packet, { type: typeof PUBACK | typeof SUBACK }>;
      const [returnCode, more] = packet.type === SUBACK ? packet.returnCodes : [];
      if (more !== undefined) throw new PeerViolation('suback-count', { packetType, packetId });
      // Said twice, it does no harm; of what was never sent, or of another type, it does.
      const isSubscription = packetId === SUBSCRIPTION.packetId;
      if (packetId > this.#questions + SUBSCRIPTION.packetId || (packetType === SUBACK) !== isSubscription)
        throw new PeerViolation('unknown-packet-id', { packetType, packetId });
      if (returnCode === 2) throw new PeerViolation('qos-above-granted', { packetType, packetId });
      if (this.#stage === 'subscribe') this.#onSubscribed(returnCode !== 0x80);
    }
  }

  #onSubscribed(granted: boolean): void {
    if (!granted) this.#fail('subscribe-refused', 'suback-refused');
    else {
      this.#progress({ type: 'subscribed' });
      if (this.#now < this.#askAt) this.#enter('wait', this.#askAt);
      else this.#ask();
    }
  }

  #ask(): void {
    const { registrationId, requestId, random } = this.#options;
    const operationId = this.#operationId;
    // 52 bits each, which is what a double holds.
    const rid = requestId?.() ?? [random(), random()].map((part) => Math.floor(part * 2 ** 52).toString(36)).join('-');
    const isPoll = operationId !== undefined;
    this.#requestId = rid;
    // Should the link be lost before the answer, a new one does not poll sooner either.
    if (isPoll) this.#askAt = this.#now + POLL_SECONDS * 1000;
    this.#enter(isPoll ? 'poll' : 'register');
    this.#progress(isPoll ? { type: 'polling', operationId } : { type: 'registering', registrationId });
    this.#connection?.send(encodePublishInto, {
      type: PUBLISH,
      topicName: isPoll ? pollTopic(rid, operationId) : registerTopic(rid),
      payload: encodeUtf8(isPoll ? '' : registerBody(this.#options))!,
      qos: 1,
      retain: false,
      dup: false,
      // Two seconds apart they come round after a day and a half.
      packetId: (this.#questions++ % 65_534) + SUBSCRIPTION.packetId + 1,
    });
  }

  #onAnswer({ topicName, payload }: PublishPacket): void {
    const stage = this.#stage;
    const topic = parseResponseTopic(topicName);
    if ((stage !== 'register' && stage !== 'poll') || !topic || topic.requestId !== this.#requestId) return;
    const reply = readReply(topic, payload, stage, this.#options.registrationId, this.#mask);
    if (reply instanceof ProvisioningError) this.#onRefused(reply);
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
      this.#pause(delayMs);
      this.#progress({ type: 'assigning', retryAfter, delayMs, operationId });
    }
  }

  #onRefused(error: ProvisioningError): void {
    // The service drops the connection after 401, so the other key gets a new one.
    if (error.statusCode === 401 && this.#alternative + 1 < (this.#options.alternatives ?? 1)) {
      this.#alternative++;
      this.#hangUp(error, 0);
    } else if (error.code === 'not-found' && this.#operationId !== undefined && !this.#restarted) {
      // The service has lost the operation: register anew, once.
      this.#restarted = true;
      this.#operationId = undefined;
      this.#retrying(error, 0);
      this.#ask();
    } else {
      const pauseMs = this.#delay(error);
      if (pauseMs === undefined) return;
      const delayMs = Math.max(this.#askAt - this.#now, pauseMs);
      this.#retrying(error, delayMs);
      this.#pause(delayMs);
    }
  }

  /** The connection stays, and the next question leaves after this time. */
  #pause(ms: number): void {
    this.#askAt = this.#now + ms;
    this.#enter('wait', this.#askAt);
  }

  #onFailure(failure: ConnectionFailure | undefined): void {
    if (!failure || !this.#connection) return;
    const { code, reason, ...fields } = failure;
    this.#redial(
      this.#error(code, reason, { ...fields, retryable: code === 'connection-lost' || fields.returnCode === 3 }),
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
    const overdue = retryable && retryAfter * 1000 >= this.#left;
    const pause = retryable && !overdue ? this.#reconnect.delay(0, this.#left) : undefined;
    const least = this.#retries++ < QUICK_RETRIES ? 0 : 1000;
    if (pause !== undefined) return Math.max(retryAfter * 1000, least, pause);
    // The pause that the service asks for does not fit the deadline.
    if (overdue) Object.assign(error, { overdue });
    this.#end({ type: 'failed', error });
    return undefined;
  }

  #fail(code: ProvisioningErrorCode, reason: string, fields?: ProvisioningErrorFields): void {
    this.#end({ type: 'failed', error: this.#error(code, reason, fields) });
  }

  #end(outcome: Action): void {
    if (this.#connection?.phase === 'open') this.#connection.disconnect();
    this.#flush();
    this.#stop(outcome);
  }

  #stop(outcome: Action): void {
    this.#connection = undefined;
    this.#running = false;
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
    const written = this.#connection?.flush(this.#now);
    if (!written) return;
    // Memory of its own: it may be transferred, or wiped. The password of CONNECT stands in the copy alone.
    this.#actions.push({ type: 'send', bytes: written.slice() });
    written.fill(0);
  }
}

function masked(packet: Packet, mask: SecretMask): Packet {
  if (packet.type !== PUBLISH) return packet;
  const clear = decodeUtf8(packet.payload);
  const payload = (clear === undefined ? undefined : encodeUtf8(mask.text(clear))) ?? mask.bytes(packet.payload);
  return { ...packet, topicName: mask.text(packet.topicName), payload };
}
