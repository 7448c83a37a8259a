import { onAbort } from './abort.ts';
import type { Action } from './core/action.ts';
import type { Assignment } from './core/assignment.ts';
import { ProvisioningError } from './core/error.ts';
import { quietly } from './core/quietly.ts';
import { Registration } from './core/registration.ts';
import { bytesOf } from './core/values.ts';
import { crypto } from './node.ts';
import { observe } from './observe.ts';
import { observers } from './observers.ts';
import type { ProvisionOptions } from './options.ts';
import { registrationOptions, trusting } from './settings.ts';
import { abort, type Connection, type Transport, type TransportEvents } from './transport/transport.ts';
import type { Explain } from './words.ts';

/** A token outlives the longest provisioning and the clock error of most devices. */
const TOKEN_SECONDS = 3600;
/** For the goodbye to reach the kernel; a peer that takes nothing any more does not get longer. */
const GOODBYE_MS = 20;
const MAX_TIMER_MS = 2 ** 31 - 1;

/** `provision` over one of these transports. Without `explain` errors keep the words of where they were raised. */
export function provisionOver(
  options: ProvisionOptions,
  transports: readonly Transport[],
  explain?: Explain,
): Promise<Assignment> {
  return new Promise((resolve, reject) => drive(options, transports, resolve, reject, explain));
}

/** The one owner of timer and connection: it does what the Registration decides, and tells it what happened. */
function drive(
  options: ProvisionOptions,
  transports: readonly Transport[],
  resolve: (assignment: Assignment) => void,
  reject: (reason: unknown) => void,
  explain: Explain = () => {},
): void {
  const settings = registrationOptions(options, transports);
  const { attestation, proxy, signal } = options;
  const tls = { ...trusting(options.tls), ...attestation.tls?.() };
  const observer = observers(options);
  const registration = new Registration({
    ...settings,
    random: Math.random,
    // Nobody can answer a question before it is asked, nor know the ids of another connection.
    requestId: () => crypto().randomBytes(16).toString('hex'),
    trace: observer.packet,
  });
  const queue: Action[] = [];
  const now = (): number => performance.now();
  let running = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let connection: Connection | undefined;
  /** Counts dials, so that what a dropped connection still says is not taken for the present one's. */
  let dials = 0;
  /** Once the outcome is known: what is left to do when the connection is closed. */
  let settle: (() => void) | undefined;

  function run(actions: readonly Action[]): void {
    queue.push(...actions);
    // A transport may call back while it is being called: what follows from that comes after what is under way.
    if (running) return;
    running = true;
    for (let action = queue.shift(); action && !settle; action = queue.shift()) {
      try {
        perform(action);
      } catch (error) {
        // A transport of the caller's that throws has lost the connection.
        queue.push(...registration.lost(error, now()));
      }
    }
    running = false;
  }

  function perform(action: Action): void {
    if (action.type === 'dial') dial(action.route, action.alternative);
    else if (action.type === 'send') send(action.bytes);
    else if (action.type === 'hang-up') hangUp();
    else if (action.type === 'wait') wait(action.until);
    else if (action.type === 'progress') {
      if (action.event.type === 'retrying') explain(action.event.cause);
      observer.progress(action.event);
    } else if (action.type === 'assigned') end(() => resolve(action.assignment));
    else {
      if (action.error instanceof ProvisioningError) explain(action.error);
      end(() => reject(action.error));
    }
  }

  function send(bytes: Uint8Array): void {
    // The bytes held the SAS token, if this is CONNECT, and serve no purpose once the transport is done with them. It may have
    // transferred them, and may say so as often as it likes.
    const sent: unknown = connection?.send(bytes, () => quietly(() => bytes.fill(0)));
    // One of the caller's may return a promise.
    const number = dials;
    if (typeof sent === 'object') Promise.resolve(sent).catch((error) => number === dials && lost(error));
  }

  function lost(error: unknown): void {
    if (!settle) run(registration.lost(error, now()));
  }

  async function dial(route: number, alternative: number): Promise<void> {
    const number = ++dials;
    const tell = (react: (at: number) => readonly Action[]): void => {
      if (number !== dials || settle) return;
      try {
        run(react(now()));
      } catch (error) {
        // A mistake of ours, or no memory.
        end(() => reject(error), abort);
      }
    };
    let password: string | undefined;
    const events: TransportEvents = {
      stage: (stage) => tell((at) => registration.dialling(stage, at)),
      connected: (protocol) => tell((at) => registration.connected(password, at, protocol)),
      data: (given) =>
        tell((at) => {
          const bytes = given instanceof Uint8Array ? given : bytesOf(given);
          return bytes ? registration.receive(bytes, at) : registration.lost(new TypeError('data: no bytes'), at);
        }),
      closed(error) {
        if (settle && number === dials) settle();
        else tell((at) => registration.lost(error, at));
      },
    };
    events.stage('options');
    try {
      const expiry = Math.floor(Date.now() / 1000) + TOKEN_SECONDS;
      password = await attestation.password?.({ ...settings, alternative, expiry });
      if (number !== dials || settle) return;
      // What a transport says before it returns waits until there is a connection to answer on.
      running = true;
      const dialled = transports[route]!.dial({ ...settings.routes[route]!, proxy, tls }, events);
      if (typeof dialled?.send !== 'function') {
        observe(() => dialled);
        throw new TypeError(`the transport ${settings.routes[route]!.transport} gave no connection with send()`);
      }
      connection = dialled;
      // Aborted by what the dial has called: nobody else knows of this connection.
      if (settle) abort(connection);
    } catch (error) {
      events.closed(error);
    }
    running = false;
    run([]);
  }

  function hangUp(): void {
    dials++;
    if (connection) abort(connection);
    connection = undefined;
  }

  function wait(until: number): void {
    clearTimeout(timer);
    // Timers come early by a fraction of a millisecond, and long ones in parts: the Registration asks for the rest. What is due
    // already must not be a negative number, which newer versions of Node warn about.
    const ms = Math.min(Math.max(until - now(), 0), MAX_TIMER_MS);
    timer = setTimeout(() => run(registration.wake(now())), ms);
  }

  function end(finish: () => void, close = (last: Connection): unknown => last.close()): void {
    clearTimeout(timer);
    dropSignal();
    settle = () => {
      clearTimeout(timer);
      finish();
    };
    const last = connection;
    if (last) {
      // A transport of the caller's need not say that it is closed: the result does not wait for long.
      timer = setTimeout(() => {
        timer = setTimeout(() => settle?.(), GOODBYE_MS);
        abort(last);
      }, GOODBYE_MS);
      observe(() => close(last));
    } else settle();
  }

  let dropSignal = (): void => {};
  const drop = onAbort(signal, (reason) => end(() => reject(reason), abort));
  if (settle) drop();
  else {
    dropSignal = drop;
    run(registration.start(now()));
  }
}
