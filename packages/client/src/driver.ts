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
  | { readonly type: 'dial'; readonly route: number; readonly alternative?: number }
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  | { readonly type: 'hang-up' }
  | { readonly type: 'wait'; readonly until: number };

/** A machine decides: events and the time come in, actions go out. */
export interface Machine<Proof, Told> {
  start(now: number): readonly (DriverAction | Told)[];
  dialling(stage: Parameters<TransportEvents['stage']>[0], now: number): readonly (DriverAction | Told)[];
  connected(proof: Proof, now: number, protocol?: string): readonly (DriverAction | Told)[];
  receive(bytes: Uint8Array, now: number): readonly (DriverAction | Told)[];
  /** Whether the transport takes nothing for now. */
  blocked?(blocked: boolean, now: number): readonly (DriverAction | Told)[];
  lost(cause: unknown, now: number): readonly (DriverAction | Told)[];
  wake(now: number): readonly (DriverAction | Told)[];
}

export interface Route {
  readonly transport: Transport;
  readonly host: string;
  readonly port: number;
}

type Prepared<Proof> = readonly [proof: Proof, target: Omit<DialTarget, 'host' | 'port'>];

export interface DriverOptions<Proof, Told> {
  readonly routes: readonly Route[];
  /** Asked before every dial: what the machine gets with `connected`, and what a dial is told beside host and port. */
  readonly prepare: (alternative: number | undefined) => Promise<Prepared<Proof>>;
  /** Gets what the machine tells. */
  readonly onTold: (told: Told) => void;
  /** After each turn. */
  readonly onTurn?: () => void;
  /** A mistake of ours, or no memory, outside the machine. */
  readonly onError: (error: unknown) => void;
}

export interface Driver<Told> {
  start(): void;
  /** Does what the machine wants to be done when something has happened that the driver cannot know of. */
  run(actions: readonly (DriverAction | Told)[]): void;
  /** Ends it; the first call counts. `closed` is called when the connection is closed, in good order or `atOnce`, and soon at the latest. */
  stop(closed: () => void, atOnce?: boolean): void;
}

/** The one owner of timer and connection: it does what the machine decides, and tells it what happened. */
export function drive<Proof, Told extends { readonly type: string }>(
  machine: Machine<Proof, Told>,
  { routes, prepare, onTold, onTurn, onError }: DriverOptions<Proof, Told>,
): Driver<Told> {
  type Actions = readonly (DriverAction | Told)[];
  const queue: (DriverAction | Told)[] = [];
  /** An action is under way: a transport may call back while it is being called, and what follows from that comes later. */
  let busy = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let connection: NetworkConnection | undefined;
  /** Counts dials, so that what a dropped connection still says is not taken for the present one's. */
  let dials = 0;
  /** Once it is stopped: called when the last connection is closed. */
  let stopped: (() => void) | undefined;

  function run(actions: Actions): void {
    queue.push(...actions);
    if (busy) return;
    busy = true;
    for (let action = queue.shift(); action && !stopped; action = queue.shift()) {
      try {
        perform(action);
      } catch (error) {
        // A transport of the caller's that throws has lost the connection.
        queue.push(...machine.lost(error, now()));
      }
    }
    busy = false;
    onTurn?.();
  }

  function perform(action: DriverAction | Told): void {
    const asked = action as DriverAction;
    if (asked.type === 'send') send(asked.bytes);
    else if (asked.type === 'wait') {
      // Timers come early by a fraction of a millisecond, and long ones in parts: the machine asks for the rest. What is due
      // already must not be a negative number, which newer versions of Node warn about.
      clearTimeout(timer);
      timer = setTimeout(() => run(machine.wake(now())), Math.min(Math.max(asked.until - now(), 0), MAX_TIMER_MS));
    } else if (asked.type === 'dial') dial(asked.route, asked.alternative);
    else if (asked.type === 'hang-up') {
      dials++;
      if (connection) abort(connection);
      connection = undefined;
    } else onTold(action as Told);
  }

  function send(bytes: Uint8Array): void {
    // The bytes may hold a password, and serve no purpose once the transport is done with them. It may have transferred them,
    // and may say so as often as it likes.
    const sent: unknown = connection?.send(bytes, () => quietly(() => bytes.fill(0)));
    const tell = tellOf(dials);
    if (sent === false) tell((at) => machine.blocked?.(true, at));
    // One of the caller's may return a promise.
    else if (typeof sent === 'object') Promise.resolve(sent).catch((error) => tell((at) => machine.lost(error, at)));
  }

  async function dial(index: number, alternative: number | undefined): Promise<void> {
    const { transport, host, port } = routes[index]!;
    const number = ++dials;
    const tell = tellOf(number);
    let prepared: Prepared<Proof>;
    const events: TransportEvents = {
      stage: (stage) => tell((at) => machine.dialling(stage, at)),
      connected: (protocol) => tell((at) => machine.connected(prepared[0], at, protocol)),
      data: (given) =>
        tell((at) => {
          const bytes = bytesOf(given);
          return bytes ? machine.receive(bytes, at) : machine.lost(new TypeError('data: no bytes'), at);
        }),
      drained: () => tell((at) => machine.blocked?.(false, at)),
      closed: (error) => {
        if (stopped && number === dials) stopped();
        else tell((at) => machine.lost(error, at));
      },
    };
    events.stage('options');
    try {
      prepared = await prepare(alternative);
      if (number !== dials || stopped) return;
      // What a transport says before it returns waits until there is a connection to answer on.
      busy = true;
      const dialled = transport.dial({ ...prepared[1], host, port }, events);
      if (typeof dialled?.send !== 'function') {
        observe(() => dialled);
        throw new TypeError(`the transport ${transport.name} gave no connection with send()`);
      }
      connection = dialled;
      // Stopped by what the dial has called: nobody else knows of this connection.
      if (stopped) abort(dialled);
    } catch (error) {
      events.closed(error);
    }
    busy = false;
    run([]);
  }

  /** Lets the machine hear of what happens on this dial, as long as it is the present one. */
  function tellOf(number: number): (happen: (at: number) => Actions | undefined) => void {
    return (happen) => {
      if (number !== dials || stopped) return;
      try {
        run(happen(now()) ?? []);
      } catch (error) {
        onError(error);
      }
    };
  }

  return {
    start: () => run(machine.start(now())),

    run,

    stop(closed, atOnce) {
      if (stopped) return;
      const last = connection;
      clearTimeout(timer);
      stopped = () => {
        clearTimeout(timer);
        closed();
      };
      if (!last) return stopped();
      // A transport of the caller's need not say that it is closed: the result does not wait for long.
      timer = setTimeout(() => {
        timer = setTimeout(() => stopped!(), GOODBYE_MS);
        abort(last);
      }, GOODBYE_MS);
      if (atOnce) abort(last);
      else observe(() => last.close());
    },
  };
}

export function now(): number {
  return performance.now();
}
