import {
  CONNACK,
  decodePuback,
  decodePublish,
  decodeSuback,
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
import { makeSecretMask } from './secret-mask.ts';
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

/** Each call gives the actions that follow from it, to be done in their order. */
export interface Registration {
  start(now: number): readonly Action[];
  /** The dial has come this far. */
  dialling(stage: DialStage, now: number): readonly Action[];
  /** A connection stands. `password` is the SAS token, if there is one; `protocol` is for people. */
  connected(password: string | undefined, now: number, protocol?: string): readonly Action[];
  receive(bytes: Uint8Array, now: number): readonly Action[];
  /** The dial failed, or the connection ended, with the reason if there is one. */
  lost(cause: unknown, now: number): readonly Action[];
  /** Time has passed. A call too many does no harm. */
  wake(now: number): readonly Action[];
}

export function makeRegistration(options: RegistrationOptions): Registration {
  const { registrationId, random, routes, csr, keepAlive = 30, trace, requestId, timeoutMs, retry = {} } = options;
  const { attempts = 5, baseMs = 1000, capMs = 60_000, silenceMs = SILENCE_MS } = retry;
  const reconnect = new Reconnect({ random, routes: routes.length, attempts, baseMs, capMs, silenceMs });
  const mask = makeSecretMask(csr);
  let actions: Action[] = [];
  /** Undefined before the start, false after the end. */
  let running: boolean | undefined;
  let now = 0;
  let startedAt = 0;
  let stage: Stage = 'options';
  /** When the stage began, when it is over by itself, and what the driver's timer is set to. */
  let since = 0;
  let dueAt = 0;
  let timerAt = 0;
  /** The connection that stands. Without one a dial is under way, or in stage `wait` the pause before the next. */
  let connection: Connection | undefined;
  let dials = 0;
  let retries = 0;
  /** Index of the proof of identity in use. */
  let alternative = 0;
  let lastError: ProvisioningError | undefined;
  /** Questions asked on this connection, and the id of the one that is open. */
  let questions = 0;
  let rid: string | undefined;
  let operationId: string | undefined;
  let restarted = false;
  /** No question leaves before. */
  let askAt = 0;

  /** Milliseconds to the deadline. */
  const left = (): number => startedAt + timeoutMs - now;
  const isDialling = (): boolean => !connection && stage !== 'wait';

  /** Lets something happen, and gives out what follows from it. */
  function turn(at: number, happen: () => void): readonly Action[] {
    actions = [];
    if (!running) return actions;
    now = at;
    try {
      happen();
      flush();
    } catch (error) {
      // A mistake of ours, or no memory. It ends this registration as what it is, and not the process.
      stop({ type: 'failed', error });
    }
    const until = Math.min(now + left(), dueAt, connection?.wakeAt() ?? Infinity);
    if (running && until !== timerAt) {
      timerAt = until;
      actions.push({ type: 'wait', until });
    }
    return actions;
  }

  function enter(next: Stage, until = now + silenceMs): void {
    stage = next;
    since = now;
    dueAt = until;
  }

  function dial(): void {
    const { route } = reconnect;
    dials++;
    enter('tcp', now + reconnect.patience(timeoutMs));
    progress({ type: 'dialling', ...routes[route]! });
    actions.push({ type: 'dial', route, alternative });
  }

  function open(password: string | undefined, protocol: string | undefined): void {
    reconnect.connected();
    if (password !== undefined) mask.addToken(password);
    questions = 0;
    connection = makeConnection({
      clientId: registrationId,
      userName: userName(options),
      password: password === undefined ? undefined : encodeUtf8(password),
      keepAlive,
      decoders: DECODERS,
      onPacket,
      trace: trace && ((direction, packet) => trace(direction, mask.packet(packet))),
    });
    connection.start();
    enter('connect');
    progress({ type: 'connected', transport: routes[reconnect.route]!.transport, protocol });
  }

  function onPacket(packet: Packet): void {
    // What is queued behind the end of a connection concerns nobody.
    if (!connection) return;
    if (packet.type === PUBLISH) {
      // We never subscribe at 2, and the server never delivers above what it granted [MQTT-3.8.4-6].
      if (packet.qos === 2) throw new PeerViolation('qos-above-granted', { packetType: PUBLISH });
      // Acknowledged whether anybody waits for it or not.
      if (packet.qos) connection.send(encodePubackInto, { type: PUBACK, packetId: packet.packetId });
      onAnswer(packet);
    } else if (packet.type === CONNACK) {
      enter('subscribe');
      progress({ type: 'connect-accepted' });
      connection.send(encodeSubscribeInto, SUBSCRIPTION);
    } else {
      const { type: packetType, packetId } = packet as Extract<Packet, { type: typeof PUBACK | typeof SUBACK }>;
      const [returnCode, more] = packet.type === SUBACK ? packet.returnCodes : [];
      const inPlaceOfAnother =
        packetId === SUBSCRIPTION.packetId ? packetType === PUBACK && stage === 'subscribe' : packetType === SUBACK;
      if (more !== undefined) throw new PeerViolation('suback-count', { packetType, packetId });
      // Said twice, it does no harm; of what was never sent, or in place of what is waited for, it does.
      if (packetId > questions + SUBSCRIPTION.packetId || inPlaceOfAnother)
        throw new PeerViolation('unknown-packet-id', { packetType, packetId });
      if (returnCode === 2) throw new PeerViolation('qos-above-granted', { packetType, packetId });
      if (stage === 'subscribe') onSubscribed(returnCode !== 0x80);
    }
  }

  function onSubscribed(granted: boolean): void {
    if (!granted) fail('subscribe-refused', 'suback-refused');
    else {
      progress({ type: 'subscribed' });
      if (now < askAt) enter('wait', askAt);
      else ask();
    }
  }

  function ask(): void {
    const isPoll = operationId !== undefined;
    // 52 bits each, which is what a double holds.
    rid = requestId?.() ?? [random(), random()].map((part) => Math.floor(part * 2 ** 52).toString(36)).join('-');
    // Should the link be lost before the answer, a new one does not poll sooner either.
    if (isPoll) askAt = now + POLL_SECONDS * 1000;
    enter(isPoll ? 'poll' : 'register');
    progress(isPoll ? { type: 'polling', operationId: operationId! } : { type: 'registering', registrationId });
    connection?.send(encodePublishInto, {
      type: PUBLISH,
      topicName: isPoll ? pollTopic(rid, operationId!) : registerTopic(rid),
      payload: encodeUtf8(isPoll ? '' : registerBody(options))!,
      qos: 1,
      retain: false,
      dup: false,
      // Two seconds apart they come round after a day and a half.
      packetId: (questions++ % 65_534) + SUBSCRIPTION.packetId + 1,
    });
  }

  function onAnswer({ topicName, payload }: PublishPacket): void {
    const topic = parseResponseTopic(topicName);
    if ((stage !== 'register' && stage !== 'poll') || !topic || topic.requestId !== rid) return;
    const reply = readReply(topic, payload, stage, registrationId, mask);
    if (reply instanceof ProvisioningError) onRefused(reply);
    else if ('assignedHub' in reply) {
      const { assignedHub, deviceId } = reply;
      progress({ type: 'assigned', assignedHub, deviceId });
      finish({ type: 'assigned', assignment: reply });
    } else onPending(topic.retryAfter, reply.operationId);
  }

  function onPending(retryAfter: number | undefined, id: string | undefined = operationId): void {
    // 0 says nothing: only a smaller positive value brings polls closer than the default.
    const floor = retryAfter || POLL_SECONDS;
    if (id === undefined) fail('protocol-violation', 'no-operation-id');
    else if (floor * 1000 >= left()) fail('timed-out', 'retry-after', { retryAfter: floor });
    else {
      // Devices that were started together drift apart.
      const delayMs = Math.min(floor * 1000 + random() * 250, left());
      operationId = id;
      pause(delayMs);
      progress({ type: 'assigning', retryAfter, delayMs, operationId: id });
    }
  }

  function onRefused(error: ProvisioningError): void {
    // The service drops the connection after 401, so the other key gets a new one.
    if (error.statusCode === 401 && alternative + 1 < (options.alternatives ?? 1)) {
      alternative++;
      hangUp(error, 0);
    } else if (error.code === 'not-found' && operationId !== undefined && !restarted) {
      // The service has lost the operation: register anew, once.
      restarted = true;
      operationId = undefined;
      retrying(error, 0);
      ask();
    } else {
      const pauseMs = delay(error);
      if (pauseMs === undefined) return;
      const delayMs = Math.max(askAt - now, pauseMs);
      retrying(error, delayMs);
      pause(delayMs);
    }
  }

  /** The connection stays, and the next question leaves after this time. */
  function pause(ms: number): void {
    askAt = now + ms;
    enter('wait', askAt);
  }

  function onFailure(failure: ConnectionFailure | undefined): void {
    if (!failure || !connection) return;
    const { code, reason, ...fields } = failure;
    redial(errorOf(code, reason, { ...fields, retryable: code === 'connection-lost' || fields.returnCode === 3 }));
  }

  /** The dial or the connection is of no use any more. */
  function redial(error: ProvisioningError): void {
    const reroute = !connection && reconnect.failed(PATH_ERRORS.includes(error.code));
    const delayMs = reroute ? 0 : delay(error);
    if (delayMs !== undefined) hangUp(error, delayMs);
  }

  /** The next dial follows after this pause. */
  function hangUp(error: ProvisioningError, delayMs: number): void {
    flush();
    retrying(error, delayMs);
    connection = undefined;
    actions.push({ type: 'hang-up' });
    enter('wait', now + delayMs);
    if (delayMs === 0) dial();
  }

  function retrying(cause: ProvisioningError, delayMs: number): void {
    lastError = cause;
    progress({ type: 'retrying', cause, delayMs });
  }

  /** Milliseconds to the next try, never less than the service asked for. Undefined when there is none, and all has failed. */
  function delay(error: ProvisioningError): number | undefined {
    const { retryable, retryAfter = 0 } = error;
    const overdue = retryable && retryAfter * 1000 >= left();
    const least = retries++ < QUICK_RETRIES ? 0 : 1000;
    const ms = retryable && !overdue ? reconnect.delay(0, left()) : undefined;
    if (ms !== undefined) return Math.max(retryAfter * 1000, least, ms);
    // The pause that the service asks for does not fit the deadline.
    if (overdue) Object.assign(error, { overdue });
    finish({ type: 'failed', error });
    return undefined;
  }

  function fail(code: ProvisioningErrorCode, reason: string, fields?: ProvisioningErrorFields): void {
    finish({ type: 'failed', error: errorOf(code, reason, fields) });
  }

  function finish(outcome: Action): void {
    if (connection?.phase() === 'open') connection.disconnect();
    flush();
    stop(outcome);
  }

  function stop(outcome: Action): void {
    connection = undefined;
    running = false;
    actions.push(outcome);
  }

  const silence = (): ProvisioningError => errorOf('timed-out', 'no-answer', { retryable: true, cause: lastError });

  function errorOf(code: ProvisioningErrorCode, reason: string, fields?: ProvisioningErrorFields): ProvisioningError {
    return new ProvisioningError(code, stage, undefined, { ...fields, reason });
  }

  function progress(step: ProgressStep): void {
    const event = { ...step, stage, elapsedMs: now - startedAt, attempt: dials, message: step.type };
    actions.push({ type: 'progress', event });
  }

  function flush(): void {
    const written = connection?.flush(now);
    if (!written) return;
    // Memory of its own: it may be transferred, or wiped. The password of CONNECT stands in the copy alone.
    actions.push({ type: 'send', bytes: written.slice() });
    written.fill(0);
  }

  return {
    start(at) {
      if (running !== undefined) throw new Error('a Registration serves one provisioning');
      running = true;
      startedAt = at;
      return turn(at, dial);
    },

    dialling: (next, at) =>
      turn(at, () => {
        if (isDialling()) stage = next;
      }),

    connected: (password, at, protocol) =>
      turn(at, () => {
        if (isDialling()) open(password, protocol);
      }),

    receive: (bytes, at) =>
      turn(at, () => {
        if (isDialling()) fail('protocol-violation', 'spoke-first');
        // What has begun to come has as long again; a pause is no longer for that. PINGRESP shows that the peer is there, not
        // that it has heard what we asked. (Cut in two, it counts once.)
        if (stage !== 'wait' && bytes[0] !== PINGRESP << 4) enter(stage);
        onFailure(connection?.receive(bytes, now));
      }),

    lost: (cause, at) =>
      turn(at, () => {
        // What a connection that was hung up still says has no effect.
        if (connection || isDialling()) redial(errorFrom(cause, stage, connection !== undefined));
      }),

    wake: (at) =>
      turn(at, () => {
        // The timer is spent, though it may be due again at once.
        timerAt = 0;
        if (left() <= 0) {
          // The error of the last attempt is the answer, unless an attempt since then has met silence.
          const quiet = stage !== 'wait' && now - since >= QUIET_MS;
          finish({ type: 'failed', error: (quiet ? undefined : lastError) ?? silence() });
        } else if (now < dueAt) onFailure(connection?.wake(now));
        else if (stage !== 'wait') redial(silence());
        else if (connection) ask();
        else dial();
      }),
  };
}
