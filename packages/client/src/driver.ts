import type { Attestation } from './attestation/attestation.ts';
import type { Action } from './core/action.ts';
import type { Assignment } from './core/assignment.ts';
import { ProvisioningError } from './core/error.ts';
import { Registration } from './core/registration.ts';
import type { RegistrationOptions } from './core/registration-options.ts';
import type { Observers } from './observers.ts';
import type { Connection, DialTarget, Transport, TransportEvents } from './transport/transport.ts';

// The one owner of timer, connection and promise: it does what the Registration decides, and tells it what happened.

export interface DriverOptions {
  readonly registration: Omit<RegistrationOptions, 'random' | 'trace'>;
  readonly attestation: Attestation;
  /** One for each route. */
  readonly transports: readonly Transport[];
  readonly target: Pick<DialTarget, 'proxy' | 'tls'>;
  readonly signal: AbortSignal | undefined;
  readonly observers: Observers;
}

/** A token outlives the longest provisioning and the clock error of most devices. */
const TOKEN_SECONDS = 3600;
/** For the goodbye to reach the kernel; a peer that takes nothing any more does not get longer. */
const GOODBYE_MS = 20;
const MAX_TIMER_MS = 2 ** 31 - 1;

export class Driver {
  readonly #options: DriverOptions;
  readonly #registration: Registration;
  readonly #resolve: (assignment: Assignment) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #queue: Action[] = [];
  #running = false;
  #settle: (() => void) | undefined;
  #connection: Connection | undefined;
  /** Counts dials, so that what a dropped connection still says is not taken for the present one's. */
  #dialled = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: DriverOptions, resolve: (assignment: Assignment) => void, reject: (reason: unknown) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
    const { registration, observers } = options;
    this.#registration = new Registration({ ...registration, random: Math.random, trace: observers.packet });
  }

  start(): void {
    const { signal } = this.#options;
    if (signal?.aborted) this.#reject(signal.reason);
    else {
      signal?.addEventListener('abort', this.#onAbort);
      this.#run(this.#registration.start(performance.now()));
    }
  }

  readonly #onAbort = (): void => {
    const reason: unknown = this.#options.signal?.reason;
    this.#end(() => this.#reject(reason), 'abort');
  };

  #run(actions: readonly Action[]): void {
    this.#queue.push(...actions);
    // A transport may call back while it is being called: what follows from that comes after what is under way.
    if (this.#running) return;
    this.#running = true;
    for (let action = this.#queue.shift(); action !== undefined; action = this.#queue.shift()) {
      if (this.#settle === undefined) this.#perform(action);
    }
    this.#running = false;
  }

  #perform(action: Action): void {
    switch (action.type) {
      case 'dial':
        this.#dial(action.route, action.alternative);
        break;
      case 'send':
        this.#send(action.bytes);
        break;
      case 'hang-up':
        this.#hangUp();
        break;
      case 'wait':
        this.#wait(action.until);
        break;
      case 'progress':
        this.#options.observers.progress(action.event);
        break;
      case 'assigned':
        this.#end(() => this.#resolve(action.assignment), 'close');
        break;
      case 'failed':
        this.#end(() => this.#reject(action.error), 'close');
    }
  }

  async #dial(route: number, alternative: number): Promise<void> {
    const dialled = ++this.#dialled;
    const current = (): boolean => dialled === this.#dialled && this.#settle === undefined;
    let password: string | undefined;
    try {
      this.#run(this.#registration.dialling('options', performance.now()));
      password = await this.#password(alternative);
    } catch (error) {
      if (current()) this.#run(this.#registration.lost(error, performance.now()));
      return;
    }
    if (current()) this.#open(route, this.#events(dialled, password));
  }

  async #password(alternative: number): Promise<string | undefined> {
    const { attestation, registration } = this.#options;
    const { idScope, registrationId } = registration;
    const expiry = Math.floor(Date.now() / 1000) + TOKEN_SECONDS;
    try {
      return await attestation.password?.({ idScope, registrationId, alternative, expiry });
    } catch (cause) {
      if (cause instanceof ProvisioningError) throw cause;
      throw new ProvisioningError('invalid-options', 'options', 'the signer failed', { cause });
    }
  }

  #open(route: number, events: TransportEvents): void {
    const { registration, transports, target } = this.#options;
    // What a transport says before it returns waits until there is a connection to answer on.
    this.#running = true;
    try {
      this.#connection = transports[route]!.dial({ ...registration.routes[route]!, ...target }, events);
    } catch (error) {
      events.closed(error);
    }
    this.#running = false;
    this.#run([]);
  }

  #events(dialled: number, password: string | undefined): TransportEvents {
    const current = (): boolean => dialled === this.#dialled && this.#settle === undefined;
    const run = (react: (now: number) => readonly Action[]): void => {
      if (current()) this.#run(react(performance.now()));
    };
    return {
      stage: (stage) => run((now) => this.#registration.dialling(stage, now)),
      connected: (protocol) => run((now) => this.#registration.connected(password, now, protocol)),
      data: (bytes) => run((now) => this.#registration.receive(bytes, now)),
      closed: (error) => {
        if (current()) run((now) => this.#registration.lost(error, now));
        else if (dialled === this.#dialled) this.#settle?.();
      },
    };
  }

  #send(bytes: Uint8Array): void {
    // The buffer held the SAS token, if this is CONNECT; it serves no purpose once the transport is done with it.
    this.#connection?.send(bytes, () => bytes.fill(0));
  }

  #hangUp(): void {
    this.#dialled++;
    if (this.#connection !== undefined) hardClose(this.#connection);
    this.#connection = undefined;
  }

  #wait(until: number): void {
    clearTimeout(this.#timer);
    const delay = Math.min(Math.ceil(Math.max(until - performance.now(), 0)), MAX_TIMER_MS);
    this.#timer = setTimeout(() => {
      const now = performance.now();
      // Timers come early by a fraction of a millisecond, and long ones in parts.
      if (now < until) this.#wait(until);
      else this.#run(this.#registration.wake(now));
    }, delay);
  }

  #end(settle: () => void, how: 'close' | 'abort'): void {
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    const connection = this.#connection;
    this.#settle = () => {
      this.#settle = () => {};
      clearTimeout(this.#timer);
      settle();
    };
    if (connection === undefined) {
      this.#settle();
      return;
    }
    // A transport of the caller's need not say that it is closed: the result does not wait for long.
    const abort = (): void => {
      this.#timer = setTimeout(() => this.#settle?.(), GOODBYE_MS);
      hardClose(connection);
    };
    if (how === 'abort') abort();
    else {
      this.#timer = setTimeout(abort, GOODBYE_MS);
      connection.close();
    }
  }
}

function hardClose(connection: Connection): void {
  if (connection.abort === undefined) connection.close();
  else connection.abort();
}
