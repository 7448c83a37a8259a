import { PINGRESP } from '@mote/codec';
import { Actions } from '../mqtt/actions.ts';
import type { ConnectionFailure } from '../mqtt/connection-options.ts';
import { PATH_ERRORS, QUIET_MS } from '../mqtt/reconnect.ts';
import type { Action } from './action.ts';
import { type DpsConnection, type DpsConnectionEvents, makeDpsConnection } from './dps-connection.ts';
import { errorFrom, errorOf, errorOfConnection, ProvisioningError } from './error.ts';
import type { ProgressStep } from './progress.ts';
import type { Registration, RegistrationOptions } from './registration-options.ts';
import { readReply } from './reply.ts';
import { makeRetry } from './retry.ts';
import { makeSecretMask } from './secret-mask.ts';
import type { Stage } from './stage.ts';

// The machine of one provisioning. It may use several connections. Bytes, events and the time come in, actions go out.
// - Times are milliseconds of one clock that never steps back.
// - It ends exactly once, with `assigned` or `failed`. Calls after the end return no action.
// - It is in one stage at a time, and each stage has one time limit, `dueAt`. A dial is one stage, whatever its parts are called.
// - The order is CONNECT, SUBSCRIBE, register, wait, poll. A new connection polls the known operation, not sooner than the service allows.

/** Seconds between polls when the service names no time. The service allows five requests in ten seconds. */
const POLL_SECONDS = 2;

/** Makes the machine of one provisioning. It does nothing until `start`. */
export function makeRegistration(options: RegistrationOptions): Registration {
  const { registrationId, random, routes, timeoutMs } = options;
  const { reconnect, silenceMs, delay: delayAfter } = makeRetry(options);
  const mask = makeSecretMask(options.csr);
  const actions = new Actions<Action>();
  /** Undefined before the start, false after the end. */
  let running: boolean | undefined;
  let now = 0;
  let startedAt = 0;
  let stage: Stage;
  /** When the stage began. */
  let since = 0;
  let dueAt = 0;
  /** The open connection. Without one, a dial is under way or, in stage `wait`, the pause before the next dial. */
  let connection: DpsConnection | undefined;
  let dials = 0;
  /** Index of the key in use: 0 is the primary one, 1 the secondary one. */
  let alternative = 0;
  let lastError: ProvisioningError | undefined;
  let operationId: string | undefined;
  let restarted = false;
  /** The next register or poll is not sent before this time. */
  let askAt = 0;

  /** Milliseconds to the deadline. */
  const left = (): number => startedAt + timeoutMs - now;
  const isDialling = (): boolean => !connection && stage !== 'wait';

  /** Runs one event at this time and returns the actions that it causes, with the time of the next `wake` as the last of them. */
  function turn(at: number, happen: () => void): readonly Action[] {
    if (!running) return [];
    now = at;
    try {
      happen();
      flush();
    } catch (error) {
      // A bug of ours, or no memory. The provisioning fails with this very error; nothing is thrown at the caller of `receive`.
      connection = undefined;
      finish({ type: 'failed', error });
    }
    return actions.take(running ? Math.min(now + left(), dueAt, connection?.wakeAt() ?? Infinity) : Infinity);
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

  const events: DpsConnectionEvents = {
    accepted() {
      enter('subscribe');
      progress({ type: 'connect-accepted' });
    },
    subscribed(granted) {
      if (granted) progress({ type: 'subscribed' });
      if (!granted) fail(errorOf('subscribe-refused', stage, 'suback-refused'));
      else if (now < askAt) enter('wait', askAt);
      else ask();
    },
    answered(topic, payload) {
      const reply = readReply(topic, payload, stage, registrationId, mask, operationId);
      if (reply instanceof ProvisioningError) onRefused(reply);
      else if ('assignedHub' in reply) {
        progress({ type: 'assigned', assignedHub: reply.assignedHub, deviceId: reply.deviceId });
        finish({ type: 'assigned', assignment: reply });
      } else onPending(topic.retryAfter, reply.operationId);
    },
  };

  function ask(): void {
    // Counts for the next connection, too, if this one is lost before the answer.
    if (operationId) askAt = now + POLL_SECONDS * 1000;
    enter(operationId ? 'poll' : 'register');
    progress(operationId ? { type: 'polling', operationId } : { type: 'registering', registrationId });
    connection!.ask(operationId);
  }

  function onPending(retryAfter: number | undefined, id: string): void {
    // `retry-after=0` counts as absent: only a positive value may bring polls closer together than the default.
    const floor = retryAfter || POLL_SECONDS;
    if (floor * 1000 >= left()) fail(errorOf('timed-out', stage, 'retry-after', { retryAfter: floor }));
    else {
      // Up to 250 ms more at random, so that devices that started together do not poll together.
      const delayMs = Math.min(floor * 1000 + random() * 250, left());
      operationId = id;
      pause(delayMs);
      progress({ type: 'assigning', retryAfter, delayMs, operationId: id });
    }
  }

  function onRefused(error: ProvisioningError): void {
    // The service closes the connection after 401, so the second key is tried on a new one.
    if (error.statusCode === 401 && alternative + 1 < (options.alternatives ?? 1)) {
      alternative++;
      redial(error, 0);
    } else if (error.code === 'not-found' && operationId && !restarted) {
      // The service no longer knows the operation: register again, once.
      restarted = true;
      operationId = undefined;
      retrying(error, 0);
      ask();
    } else {
      const delayMs = delay(error, askAt - now);
      if (delayMs === undefined) return;
      retrying(error, delayMs);
      pause(delayMs);
    }
  }

  /** Keeps the connection open and sends the next request after this time. */
  function pause(ms: number): void {
    askAt = now + ms;
    enter('wait', askAt);
  }

  function onFailure(failure: ConnectionFailure | undefined): void {
    if (failure && connection) redial(errorOfConnection(failure, stage));
  }

  /** Gives up the dial or the connection, and dials again after this delay. */
  function redial(error: ProvisioningError, delayMs = delay(error)): void {
    if (delayMs === undefined) return;
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

  /** Milliseconds to the next try: at least `least`, or 0 over another route. Undefined: no try is left, and the provisioning has ended. */
  function delay(error: ProvisioningError, least = 0): number | undefined {
    if (!connection && reconnect.failed(PATH_ERRORS.test(error.code))) return 0;
    const ms = delayAfter(error, left(), least);
    if (ms === undefined) fail(error);
    return ms;
  }

  function finish(outcome: Action): void {
    if (connection?.phase() === 'open') connection.disconnect();
    flush();
    connection = undefined;
    running = false;
    actions.push(outcome);
  }

  const fail = (error: ProvisioningError): void => finish({ type: 'failed', error });
  const silence = () => errorOf('timed-out', stage, 'no-answer', { retryable: true, cause: lastError });

  function progress(step: ProgressStep): void {
    const event = { ...step, stage, elapsedMs: now - startedAt, attempt: dials, message: step.type };
    actions.push({ type: 'progress', event });
  }

  function flush(): void {
    const written = connection?.flush(now);
    if (!written) return;
    // A copy, which the transport may transfer or wipe. What was written is wiped here: CONNECT holds the password.
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
        if (!isDialling()) return;
        reconnect.connected();
        connection = makeDpsConnection(options, password, mask, events);
        enter('connect');
        progress({ type: 'connected', transport: routes[reconnect.route]!.transport, protocol });
      }),

    receive: (bytes, at) =>
      turn(at, () => {
        if (isDialling()) fail(errorOf('protocol-violation', stage, 'spoke-first'));
        // An answer that has begun gets the full time again, but a pause does not grow. PINGRESP shows that the peer is there, not
        // that it has read our request, so it does not count. (The second part of a PINGRESP that was cut in two does.)
        if (stage !== 'wait' && bytes[0] !== PINGRESP << 4) enter(stage);
        onFailure(connection?.receive(bytes, now));
      }),

    lost: (cause, at) =>
      turn(at, () => {
        // In a pause without a connection there is nothing to lose: the event comes from a connection that was given up.
        if (connection || isDialling()) redial(errorFrom(cause, stage, connection !== undefined));
      }),

    wake: (at) =>
      turn(at, () => {
        actions.woken();
        if (left() <= 0) {
          // At the deadline the error is that of the last attempt, unless a later attempt has met silence.
          fail((stage === 'wait' || now - since < QUIET_MS ? lastError : undefined) ?? silence());
        } else if (now < dueAt) onFailure(connection?.wake(now));
        else if (stage !== 'wait') redial(silence());
        else if (connection) ask();
        else dial();
      }),
  };
}
