import type { ClientOptions } from './client-options.ts';
import { MqttError, type MqttStage } from './error.ts';
import { Reconnect } from './reconnect.ts';

/** Errors of a path that another route may not have. A certificate that does not verify is none of these. */
const PATH_ERRORS = /connect|proxy|websocket|timed/;
/** Milliseconds: an attempt that the deadline cuts off sooner has not met silence. */
const QUIET_MS = 1000;

/**
 * What follows when a dial or a connection of the general client is lost: the next dial and when, or the end. `Reconnect` has the
 * delays and routes; here is who may try again, for which error, and until when.
 */
export class Recovery extends Reconnect {
  /** When the first CONNACK has to be there. Infinity once it was, and for a client that has all the time. */
  deadline: number = Infinity;
  readonly #client: ClientOptions;
  /** The server has refused the credentials, and they were asked for anew. */
  #asked = false;
  #dialledAt = 0;
  #lastError: MqttError | undefined;

  constructor(options: ClientOptions) {
    super({ random: options.random, routes: options.routes, ...options.retry });
    this.#client = options;
  }

  /** A dial begins. Returns until when it may be silent. */
  dialling(now: number): number {
    this.#dialledAt = now;
    return now + this.patience(this.deadline - now);
  }

  override accepted(now: number): void {
    super.accepted(now);
    this.deadline = Infinity;
    this.#asked = false;
  }

  /** The error that ends the client once the deadline is over. `dialling`: a dial or a CONNECT waits for its answer. */
  expired(now: number, dialling: boolean, stage: MqttStage): MqttError | undefined {
    if (now < this.deadline) return undefined;
    // The error of the last attempt says more; `timed-out` is for silence.
    const silent = dialling && now - this.#dialledAt >= QUIET_MS;
    const last = this.#lastError;
    return (!silent && last) || new MqttError('timed-out', stage, { cause: last });
  }

  /** Milliseconds to the next dial after this error; undefined when there is to be none. `dialled`: no connection has stood. */
  after(error: MqttError, dialled: boolean, now: number): number | undefined {
    const { code, returnCode = 0, retryable } = error;
    const { freshCredentials, onRefused } = this.#client;
    this.#lastError = error;
    // `connect` waits for the first CONNACK: what cannot get better by itself ends it.
    const impatient = this.deadline < Infinity;
    // Refused for what we are or have. Other credentials may be there by now: they are asked for, once.
    const refused = code === 'connection-refused' && returnCode !== 3;
    const stays = onRefused === 'retry' && returnCode !== 1 && !impatient;
    const again = refused && (returnCode > 3 || stays) && freshCredentials && !this.#asked;
    this.#asked ||= again;
    if (again) return 0;
    if ((refused && !stays) || code === 'invalid-options' || (impatient && !retryable)) return undefined;
    return dialled && this.failed(PATH_ERRORS.test(code)) ? 0 : this.delay(0, this.deadline - now);
  }
}
