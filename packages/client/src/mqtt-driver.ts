import type { MqttTlsOptions } from './connect-options.ts';
import type { Client } from './mqtt/client.ts';
import type { ClientAction, ClientState, Credentials } from './mqtt/client-options.ts';
import { abort, type NetworkConnection, type Transport, type TransportEvents } from './transport/transport.ts';

/** For the goodbye to reach the kernel; a peer that takes nothing any more does not get longer. */
const GOODBYE_MS = 20;
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface Route {
  readonly transport: Transport;
  readonly host: string;
  readonly port: number;
}

export interface DriverOptions {
  readonly routes: readonly Route[];
  readonly proxy?: string | undefined;
  readonly path?: string | undefined;
  /** Asked before every dial. */
  readonly credentials: () => Credentials | Promise<Credentials>;
  readonly tls: () => MqttTlsOptions | Promise<MqttTlsOptions>;
  readonly onState: (state: ClientState) => void;
  /** After each turn. */
  readonly onTurn: () => void;
}

/** The one owner of timer and connection: it does what the Client decides, and tells it what happened. */
export class Driver {
  /** Resolves when the last connection is closed. */
  readonly ended: Promise<void>;
  readonly #options: DriverOptions;
  readonly #client: Client;
  readonly #queue: ClientAction[] = [];
  #running = false;
  #turnWanted = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #connection: NetworkConnection | undefined;
  /** Counts dials, so that what a dropped connection still says is not taken for the present one's. */
  #dials = 0;
  #finish: () => void = () => {};
  #over = false;

  constructor(client: Client, options: DriverOptions) {
    this.#client = client;
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  start(): void {
    this.#run(this.#client.start(now()));
  }

  /** What the application has asked for is sent at the end of this turn of the event loop, in one write. */
  soon(): void {
    if (this.#turnWanted) return;
    this.#turnWanted = true;
    endOfTurn(() => {
      this.#turnWanted = false;
      this.#run(this.#client.flush(now()));
    });
  }

  #run(actions: readonly ClientAction[]): void {
    this.#queue.push(...actions);
    // A transport may call back while it is being called: what follows from that comes after what is under way.
    if (this.#running) return;
    this.#running = true;
    for (let action = this.#queue.shift(); action; action = this.#queue.shift()) {
      try {
        this.#perform(action);
      } catch (error) {
        // A transport of the caller's that throws has lost the connection.
        this.#queue.push(...this.#client.lost(error, now()));
      }
    }
    this.#running = false;
    this.#options.onTurn();
  }

  #perform(action: ClientAction): void {
    if (action.type === 'send') this.#send(action.bytes);
    else if (action.type === 'wait') this.#wait(action.until);
    else if (action.type === 'state') this.#options.onState(action.state);
    else if (action.type === 'dial') this.#dial(action.route);
    else if (action.type === 'hang-up') this.#hangUp();
    else this.#end();
  }

  #send(bytes: Uint8Array): void {
    // CONNECT held the password; the bytes serve no purpose once the transport is done with them.
    const sent: unknown = this.#connection?.send(bytes, () => bytes.fill(0));
    if (sent === false) this.#queue.push(...this.#client.blocked(true, now()));
    else if (typeof sent === 'object') this.#observe(sent);
  }

  /** One of the caller's may return a promise. */
  #observe(sent: unknown): void {
    const number = this.#dials;
    Promise.resolve(sent).catch((error) => number === this.#dials && this.#run(this.#client.lost(error, now())));
  }

  async #dial(index: number): Promise<void> {
    const number = ++this.#dials;
    const { routes, proxy, path, credentials, tls } = this.#options;
    const { transport, host, port } = routes[index]!;
    let proof: Credentials = {};
    const tell = (react: (at: number) => readonly ClientAction[]): void => {
      if (number === this.#dials && !this.#over) this.#run(react(now()));
    };
    const events: TransportEvents = {
      stage: (stage) => tell((at) => this.#client.dialling(stage, at)),
      connected: () => tell((at) => this.#client.connected(proof, at)),
      data: (bytes) => tell((at) => this.#client.receive(bytes, at)),
      drained: () => tell((at) => this.#client.blocked(false, at)),
      closed: (error) => {
        if (this.#over && number === this.#dials) this.#finish();
        else tell((at) => this.#client.lost(error, at));
      },
    };
    try {
      proof = await credentials();
      const target = { host, port, proxy, path, protocols: ['mqtt'], tls: await tls() };
      if (number !== this.#dials || this.#over) return;
      // What a transport says before it returns waits until there is a connection to answer on.
      this.#running = true;
      this.#connection = transport.dial(target, events);
    } catch (error) {
      events.closed(error);
    }
    this.#running = false;
    this.#run([]);
  }

  #hangUp(): void {
    this.#dials++;
    if (this.#connection) abort(this.#connection);
    this.#connection = undefined;
  }

  #wait(until: number): void {
    clearTimeout(this.#timer);
    // Timers come early by a fraction of a millisecond, and long ones in parts: the Client asks for the rest.
    const ms = Math.min(Math.max(until - now(), 0), MAX_TIMER_MS);
    this.#timer = setTimeout(() => this.#run(this.#client.wake(now())), ms);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#over = true;
    const last = this.#connection;
    if (!last) {
      this.#dials++;
      this.#finish();
      return;
    }
    // A transport of the caller's need not say that it is closed: the result does not wait for long.
    this.#timer = setTimeout(() => {
      abort(last);
      this.#timer = setTimeout(this.#finish, GOODBYE_MS);
    }, GOODBYE_MS);
    this.ended.then(() => clearTimeout(this.#timer));
    last.close();
  }
}

export function now(): number {
  return performance.now();
}

/** After the callbacks and microtasks of this turn, if the platform can tell. */
function endOfTurn(call: () => void): void {
  const { setImmediate } = globalThis as { setImmediate?: (call: () => void) => unknown };
  if (setImmediate) setImmediate(call);
  else setTimeout(call, 0);
}
