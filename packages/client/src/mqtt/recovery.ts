import type { ClientOptions } from './client-options.ts';
import { MqttError, type MqttStage } from './error.ts';
import { PATH_ERRORS, QUIET_MS, Reconnect } from './reconnect.ts';

/**
 * Decides what follows when the general client loses a dial or a connection: the next dial, or the end. `Reconnect` computes delays and
 * routes. Here is decided after which errors, and until when, the client tries again.
 */
export class Recovery extends Reconnect {
  /** Until when the first CONNACK must come. Infinity after it, and for a client without this limit. */
  deadline: number = Infinity;
  readonly #client: ClientOptions;
  /** Whether credentials were asked for again because the server had refused them. */
  #asked = false;
  #dialledAt = 0;
  #lastError: MqttError | undefined;

  constructor(options: ClientOptions) {
    super({ random: options.random, routes: options.routes, ...options.retry });
    this.#client = options;
  }

  /** A dial begins. Returns the time at which it is given up. */
  dialling(now: number): number {
    this.#dialledAt = now;
    return now + this.patience(this.deadline - now);
  }

  override accepted(now: number): void {
    super.accepted(now);
    this.deadline = Infinity;
    this.#asked = false;
  }

  /** Returns the error that ends the client, if the deadline is over. `dialling`: a dial or a CONNECT waits for its answer. */
  expired(now: number, dialling: boolean, stage: MqttStage): MqttError | undefined {
    if (now < this.deadline) return undefined;
    // The error of the last attempt tells more than `timed-out`, unless the present attempt gets no answer at all.
    const silent = dialling && now - this.#dialledAt >= QUIET_MS;
    const last = this.#lastError;
    return (!silent && last) || new MqttError('timed-out', stage, { cause: last });
  }

  /** Milliseconds until the next dial after this error. Undefined: the client stops. `dialled`: the dial itself has failed. */
  delayAfter(error: MqttError, dialled: boolean, now: number): number | undefined {
    const { code, returnCode = 0, retryable } = error;
    const { freshCredentials, onRefused } = this.#client;
    this.#lastError = error;
    // `connect` waits for the first CONNACK: an error that a retry cannot remove ends it.
    const impatient = this.deadline < Infinity;
    // The server refuses this client or its credentials. If a function gives them they may have changed, so it is called once more.
    const refused = code === 'connection-refused' && returnCode !== 3;
    const stays = onRefused === 'retry' && returnCode !== 1 && !impatient;
    const again = refused && (returnCode > 3 || stays) && freshCredentials && !this.#asked;
    this.#asked ||= again;
    if (again) return 0;
    if ((refused && !stays) || code === 'invalid-options' || (impatient && !retryable)) return undefined;
    return dialled && this.failed(PATH_ERRORS.test(code)) ? 0 : this.delay(0, this.deadline - now);
  }
}
