import type { Action } from './core/action.ts';
import type { Assignment } from './core/assignment.ts';
import { Registration } from './core/registration.ts';
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
  const registration = new Registration({ ...settings, random: Math.random, trace: observer.packet });
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
    // The buffer held the SAS token, if this is CONNECT; it serves no purpose once the transport is done with it.
    else if (action.type === 'send') connection?.send(action.bytes, () => action.bytes.fill(0));
    else if (action.type === 'hang-up') hangUp();
    else if (action.type === 'wait') wait(action.until);
    else if (action.type === 'progress') {
      if (action.event.type === 'retrying') explain(action.event.cause);
      observer.progress(action.event);
    } else if (action.type === 'assigned') end(() => resolve(action.assignment));
    else {
      explain(action.error);
      end(() => reject(action.error));
    }
  }

  async function dial(route: number, alternative: number): Promise<void> {
    const number = ++dials;
    const tell = (react: (at: number) => readonly Action[]): void => {
      if (number === dials && !settle) run(react(now()));
    };
    let password: string | undefined;
    const events: TransportEvents = {
      stage: (stage) => tell((at) => registration.dialling(stage, at)),
      connected: (protocol) => tell((at) => registration.connected(password, at, protocol)),
      data: (bytes) => tell((at) => registration.receive(bytes, at)),
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
      connection = transports[route]!.dial({ ...settings.routes[route]!, proxy, tls }, events);
      // Aborted by what the dial has called: nobody else knows of this connection.
      if (signal?.aborted) abort(connection);
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
    // Timers come early by a fraction of a millisecond, and long ones in parts: the Registration asks for the rest.
    const ms = Math.min(until - now(), MAX_TIMER_MS);
    timer = setTimeout(() => run(registration.wake(now())), ms);
  }

  function end(finish: () => void, close = (last: Connection): void => last.close()): void {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
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
      close(last);
    } else settle();
  }

  function onAbort(): void {
    end(() => reject(signal?.reason), abort);
  }

  if (signal?.aborted) reject(signal.reason);
  else {
    signal?.addEventListener('abort', onAbort);
    run(registration.start(now()));
  }
}
