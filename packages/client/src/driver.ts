import {
  abort,
  type DialTarget,
  type NetworkConnection,
  type Transport,
  type TransportEvents,
} from './transport/transport.ts';
import { observe, quietly, viewOf } from './values.ts';

/** Milliseconds that DISCONNECT gets to leave. A peer that reads nothing any more does not get longer. */
const CLOSE_MS = 20;
/**
 * Milliseconds: the longest delay that setTimeout takes. A longer one would ring at once, so it is cut, and the rest is set when it rings.
 */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;

/** The actions that the driver carries out for any machine. Every other action of a machine goes to `onAction`. */
export type DriverAction =
  /** Dial this route of `routes`. `alternative` is given to `prepare`. */
  | { readonly type: 'dial'; readonly route: number; readonly alternative?: number }
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  /** Close the connection at once, and ignore every later event of it. */
  | { readonly type: 'hang-up' }
  /** Call `wake` at this time. Replaces the time of an earlier `wait`. */
  | { readonly type: 'wait'; readonly until: number };

/**
 * A machine decides what happens. It has no timer and no socket: each call returns actions for the driver. `Other`: actions that the
 * driver gives to the machine's owner.
 */
export interface Machine<Credentials, Other> {
  /** The first event. */
  start(now: number): readonly (DriverAction | Other)[];
  /** The dial has reached this stage. */
  dialling(stage: Parameters<TransportEvents['stage']>[0], now: number): readonly (DriverAction | Other)[];
  /** The transport has a connection. `credentials` are those that `prepare` returned for this dial. */
  connected(credentials: Credentials, now: number, protocol?: string): readonly (DriverAction | Other)[];
  /** Bytes have come, cut at any place. They may be reused after the call. */
  receive(bytes: Uint8Array, now: number): readonly (DriverAction | Other)[];
  /** True: the transport is full, send no more. False: there is room again. */
  blocked?(blocked: boolean, now: number): readonly (DriverAction | Other)[];
  /** The dial has failed, or the connection has ended. */
  lost(cause: unknown, now: number): readonly (DriverAction | Other)[];
  /** The time of the last `wait` has come. A call that comes too early does no harm. */
  wake(now: number): readonly (DriverAction | Other)[];
}

/** One way to the server. */
export interface Route {
  readonly transport: Transport;
  readonly host: string;
  readonly port: number;
}

type Prepared<Credentials> = readonly [credentials: Credentials, target: Omit<DialTarget, 'host' | 'port'>];

/** What a driver needs besides its machine. */
export interface DriverOptions<Credentials, Other> {
  readonly routes: readonly Route[];
  /** Called before every dial. Returns what the machine gets with `connected`, and the dial's target without host and port. */
  readonly prepare: (alternative: number | undefined) => Promise<Prepared<Credentials>>;
  /** Called with each action that is not the driver's own. */
  readonly onAction: (action: Other) => void;
  /** Called when all actions of an event are done. */
  readonly onTurn?: () => void;
  /** Called with an error that no peer has caused: a bug of ours, or no memory. */
  readonly onError: (error: unknown) => void;
}

/** The driver, for the owner of its machine. */
export interface Driver<Other> {
  /** Starts the machine. */
  start(): void;
  /** Carries out actions of a machine whose owner has called it. */
  run(actions: readonly (DriverAction | Other)[]): void;
  /**
   * Ends the driver; only the first call counts. `closed` is called when the connection is closed, after what was sent or `atOnce`, and
   * within 40 ms.
   */
  stop(closed: () => void, atOnce?: boolean): void;
}

/** The one owner of timer and connection. It carries out the machine's actions and tells the machine what happened. */
export function drive<Credentials, Other extends { readonly type: string }>(
  machine: Machine<Credentials, Other>,
  { routes, prepare, onAction, onTurn, onError }: DriverOptions<Credentials, Other>,
): Driver<Other> {
  type Actions = readonly (DriverAction | Other)[];
  const queue: (DriverAction | Other)[] = [];
  /** True while an action is carried out. A transport may call back from within `dial` or `send`; what that causes waits in `queue`. */
  let busy = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let connection: NetworkConnection | undefined;
  /** Number of dials. Events of an older dial are recognised by its number, and ignored. */
  let dials = 0;
  /** Set by `stop`: called when the last connection is closed. */
  let stopped: (() => void) | undefined;

  function run(actions: Actions): void {
    queue.push(...actions);
    if (busy) return;
    busy = true;
    for (let action = queue.shift(); action && !stopped; action = queue.shift()) {
      try {
        perform(action);
      } catch (error) {
        // `perform` throws only where a transport of the caller's does: the connection counts as lost.
        queue.push(...machine.lost(error, now()));
      }
    }
    busy = false;
    onTurn?.();
  }

  function perform(action: DriverAction | Other): void {
    const asked = action as DriverAction;
    if (asked.type === 'send') send(asked.bytes);
    else if (asked.type === 'wait') {
      // Timers may ring a fraction of a millisecond early, and long ones are cut into parts: the machine then asks for the rest.
      // Newer versions of Node warn about a negative delay.
      clearTimeout(timer);
      timer = setTimeout(() => run(machine.wake(now())), Math.min(Math.max(asked.until - now(), 0), MAX_TIMER_MS));
    } else if (asked.type === 'dial') dial(asked.route, asked.alternative);
    else if (asked.type === 'hang-up') {
      dials++;
      if (connection) abort(connection);
      connection = undefined;
    } else onAction(action as Other);
  }

  function send(bytes: Uint8Array): void {
    // The bytes may hold a password, so they are wiped when the transport no longer needs them. `fill` throws if the transport has
    // transferred them.
    const sent: unknown = connection?.send(bytes, () => quietly(() => bytes.fill(0)));
    const tell = tellOf(dials);
    if (sent === false) tell((at) => machine.blocked?.(true, at));
    // The `send` of a transport of the caller's may return a promise.
    else if (typeof sent === 'object') Promise.resolve(sent).catch((error) => tell((at) => machine.lost(error, at)));
  }

  async function dial(index: number, alternative: number | undefined): Promise<void> {
    const { transport, host, port } = routes[index]!;
    const number = ++dials;
    const tell = tellOf(number);
    let credentials: Credentials;
    const events: TransportEvents = {
      stage: (stage) => tell((at) => machine.dialling(stage, at)),
      connected: (protocol) => tell((at) => machine.connected(credentials, at, protocol)),
      data: (given) =>
        tell((at) => {
          const bytes = viewOf(given);
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
      const [given, target] = await prepare(alternative);
      credentials = given;
      if (number !== dials || stopped) return;
      // Events that the transport raises before `dial` returns wait until `connection` is set.
      busy = true;
      const dialled = transport.dial({ ...target, host, port }, events);
      if (typeof dialled?.send !== 'function') {
        observe(() => dialled);
        throw new TypeError(`${transport.name}: no send()`);
      }
      connection = dialled;
      // `stop` was called from within the dial, when it could not know of this connection.
      if (stopped) abort(dialled);
    } catch (error) {
      events.closed(error);
    }
    busy = false;
    run([]);
  }

  /** Returns a function that passes events of this dial to the machine, as long as it is the present dial. */
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
      // A transport of the caller's may never report `closed`: wait 20 ms, abort, wait 20 ms more.
      timer = setTimeout(() => {
        timer = setTimeout(() => stopped!(), CLOSE_MS);
        abort(last);
      }, CLOSE_MS);
      if (atOnce) abort(last);
      else observe(() => last.close());
    },
  };
}

/** Milliseconds of a clock that never goes back. */
export function now(): number {
  return performance.now();
}
