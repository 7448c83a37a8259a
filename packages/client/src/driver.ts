import {
  abort,
  type DialTarget,
  type NetworkConnection,
  type Transport,
  type TransportEvents,
} from './transport/transport.ts';
import { bytesOf, observe, quietly } from './values.ts';

/** For the goodbye to reach the kernel; a peer that takes nothing any more does not get longer. */
const GOODBYE_MS = 20;
const MAX_TIMER_MS = 2 ** 31 - 1;

/** What any machine may ask for. What else it tells is for its owner. */
export type DriverAction =
  | { readonly type: 'dial'; readonly route: number; readonly alternative: number }
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  | { readonly type: 'hang-up' }
  | { readonly type: 'wait'; readonly until: number };

/** A machine decides: events and the time come in, actions go out. */
export interface Machine<Proof, Told> {
  start(now: number): readonly (DriverAction | Told)[];
  dialling(stage: Parameters<TransportEvents['stage']>[0], now: number): readonly (DriverAction | Told)[];
  connected(proof: Proof, now: number, protocol?: string): readonly (DriverAction | Told)[];
  receive(bytes: Uint8Array, now: number): readonly (DriverAction | Told)[];
  /** The transport has room again. */
  drained?(now: number): readonly (DriverAction | Told)[];
  lost(cause: unknown, now: number): readonly (DriverAction | Told)[];
  wake(now: number): readonly (DriverAction | Told)[];
}

export interface Route {
  readonly transport: Transport;
  readonly host: string;
  readonly port: number;
}

export interface DriverOptions<Proof, Told> {
  readonly routes: readonly Route[];
  /** What a dial is told beside host and port. */
  readonly target: Omit<DialTarget, 'host' | 'port'>;
  /** Asked before every dial: what the machine gets with `connected`. */
  readonly prove: (alternative: number) => Proof | Promise<Proof>;
  /** Gets what the machine tells. */
  readonly onTold: (told: Told) => void;
  /** A mistake of ours, or no memory, outside the machine. */
  readonly onError: (error: unknown) => void;
}

/** The one owner of timer and connection: it does what the machine decides, and tells it what happened. */
export class Driver<Proof, Told extends { readonly type: string }> {
  readonly #machine: Machine<Proof, Told>;
  readonly #options: DriverOptions<Proof, Told>;
  readonly #queue: (DriverAction | Told)[] = [];
  /** An action is under way: a transport may call back while it is being called, and what follows from that comes later. */
  #busy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #connection: NetworkConnection | undefined;
  /** Counts dials, so that what a dropped connection still says is not taken for the present one's. */
  #dials = 0;
  /** Once it is stopped: called when the last connection is closed. */
  #closed: (() => void) | undefined;

  constructor(machine: Machine<Proof, Told>, options: DriverOptions<Proof, Told>) {
    this.#machine = machine;
    this.#options = options;
  }

  start(): void {
    this.#run(this.#machine.start(now()));
  }

  /** Ends it. `closed` is called when the connection is closed, in good order or `at once`, and soon at the latest. */
  stop(closed: () => void, atOnce = false): void {
    clearTimeout(this.#timer);
    this.#closed = () => {
      clearTimeout(this.#timer);
      closed();
    };
    const last = this.#connection;
    if (!last) {
      this.#closed();
      return;
    }
    // A transport of the caller's need not say that it is closed: the result does not wait for long.
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(() => this.#closed?.(), GOODBYE_MS);
      abort(last);
    }, GOODBYE_MS);
    if (atOnce) abort(last);
    else observe(() => last.close());
  }

  #run(actions: readonly (DriverAction | Told)[]): void {
    this.#queue.push(...actions);
    if (this.#busy) return;
    this.#busy = true;
    for (let action = this.#queue.shift(); action && !this.#closed; action = this.#queue.shift()) {
      try {
        this.#perform(action);
      } catch (error) {
        // A transport of the caller's that throws has lost the connection.
        this.#queue.push(...this.#machine.lost(error, now()));
      }
    }
    this.#busy = false;
  }

  #perform(action: DriverAction | Told): void {
    if (isFor('dial', action)) this.#dial(action.route, action.alternative);
    else if (isFor('send', action)) this.#send(action.bytes);
    else if (isFor('hang-up', action)) this.#hangUp();
    else if (isFor('wait', action)) this.#wait(action.until);
    else this.#options.onTold(action as Told);
  }

  #send(bytes: Uint8Array): void {
    // The bytes may hold a password, and serve no purpose once the transport is done with them. It may have transferred them,
    // and may say so as often as it likes.
    const sent: unknown = this.#connection?.send(bytes, () => quietly(() => bytes.fill(0)));
    // One of the caller's may return a promise.
    const tell = this.#tellOf(this.#dials);
    if (typeof sent === 'object') Promise.resolve(sent).catch((error) => tell((at) => this.#machine.lost(error, at)));
  }

  async #dial(index: number, alternative: number): Promise<void> {
    const { routes, target, prove } = this.#options;
    const { transport, host, port } = routes[index]!;
    const number = ++this.#dials;
    const tell = this.#tellOf(number);
    let proof: Proof;
    const events: TransportEvents = {
      stage: (stage) => tell((at) => this.#machine.dialling(stage, at)),
      connected: (protocol) => tell((at) => this.#machine.connected(proof, at, protocol)),
      data: (given) =>
        tell((at) => {
          const bytes = given instanceof Uint8Array ? given : bytesOf(given);
          return bytes ? this.#machine.receive(bytes, at) : this.#machine.lost(new TypeError('data: no bytes'), at);
        }),
      drained: () => tell((at) => this.#machine.drained?.(at) ?? []),
      closed: (error) => {
        if (this.#closed && number === this.#dials) this.#closed();
        else tell((at) => this.#machine.lost(error, at));
      },
    };
    events.stage('options');
    try {
      proof = await prove(alternative);
      if (number !== this.#dials || this.#closed) return;
      // What a transport says before it returns waits until there is a connection to answer on.
      this.#busy = true;
      const dialled = transport.dial({ ...target, host, port }, events);
      if (typeof dialled?.send !== 'function') {
        observe(() => dialled);
        throw new TypeError(`the transport ${transport.name} gave no connection with send()`);
      }
      this.#connection = dialled;
      // Stopped by what the dial has called: nobody else knows of this connection.
      if (this.#closed) abort(dialled);
    } catch (error) {
      events.closed(error);
    }
    this.#busy = false;
    this.#run([]);
  }

  /** Lets the machine hear of what happens on this dial, as long as it is the present one. */
  #tellOf(number: number): (happen: (at: number) => readonly (DriverAction | Told)[]) => void {
    return (happen) => {
      if (number !== this.#dials || this.#closed) return;
      try {
        this.#run(happen(now()));
      } catch (error) {
        this.#options.onError(error);
      }
    };
  }

  #hangUp(): void {
    this.#dials++;
    if (this.#connection) abort(this.#connection);
    this.#connection = undefined;
  }

  #wait(until: number): void {
    clearTimeout(this.#timer);
    // Timers come early by a fraction of a millisecond, and long ones in parts: the machine asks for the rest. What is due
    // already must not be a negative number, which newer versions of Node warn about.
    const ms = Math.min(Math.max(until - now(), 0), MAX_TIMER_MS);
    this.#timer = setTimeout(() => this.#run(this.#machine.wake(now())), ms);
  }
}

function isFor<Type extends DriverAction['type']>(
  type: Type,
  action: { readonly type: string },
): action is Extract<DriverAction, { type: Type }> {
  return action.type === type;
}

function now(): number {
  return performance.now();
}
