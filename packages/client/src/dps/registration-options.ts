import type { Packet } from '@mote/codec';
import type { Action } from './action.ts';
import type { DialStage } from './stage.ts';

/** The machine of one provisioning. Each call returns the actions that it causes, to be carried out in their order. */
export interface Registration {
  start(now: number): readonly Action[];
  /** The dial has reached this stage. */
  dialling(stage: DialStage, now: number): readonly Action[];
  /** The connection is open. `password` is the SAS token, if there is one; `protocol` is shown to people. */
  connected(password: string | undefined, now: number, protocol?: string): readonly Action[];
  receive(bytes: Uint8Array, now: number): readonly Action[];
  /** The dial failed or the connection ended. `cause` is the reason, if one is known. */
  lost(cause: unknown, now: number): readonly Action[];
  /** Time has passed. A call that comes too early, or once too often, does no harm. */
  wake(now: number): readonly Action[];
}

/** What a Registration is made with. */
export interface RegistrationOptions {
  readonly idScope: string;
  readonly registrationId: string;
  /** Ways to the service. They are tried in turn until one connects. */
  readonly routes: readonly Route[];
  /** Milliseconds for the whole provisioning. */
  readonly timeoutMs: number;
  /** Returns a number from 0 up to, not including, 1, as Math.random does. */
  readonly random: () => number;
  /**
   * Returns the `$rid` of one request: letters, digits and hyphens, and new in each call. No peer may be able to guess it, since
   * only the answer that carries it is accepted. Default: made from `random`, and as hard to guess as that is.
   */
  readonly requestId?: (() => string) | undefined;
  /** Default: `2019-03-31`. */
  readonly apiVersion?: string | undefined;
  /** The user agent that the service is told. */
  readonly clientVersion?: string | undefined;
  /** Keep Alive in seconds [MQTT-3.1.2-23]. Default: 30. */
  readonly keepAlive?: number | undefined;
  /** A JSON object for the custom allocation policy. */
  readonly payload?: Readonly<Record<string, unknown>> | undefined;
  /** The certificate signing request, base64 DER. */
  readonly csr?: string | undefined;
  /** Number of keys that can be tried. Default: 1. */
  readonly alternatives?: number | undefined;
  /** When a failed attempt is repeated. */
  readonly retry?: RetryOptions | undefined;
  /** Called with every packet. Password, SAS tokens and CSR are masked in it. */
  readonly trace?: ((direction: 'sent' | 'received', packet: Packet) => void) | undefined;
}

/** One way to the service: a transport by its name, and where it dials. */
export interface Route {
  /** Its name, for progress events. */
  readonly transport: string;
  readonly host: string;
  readonly port: number;
}

/** When a provisioning tries again. */
export interface RetryOptions {
  /** Retries in one provisioning, after the first try: 0 to 1000. Default: 5. From the eleventh on each waits a second or more. */
  readonly attempts?: number | undefined;
  /** Milliseconds of the first back-off, before jitter. It doubles each time. Default: 1000. */
  readonly baseMs?: number | undefined;
  /** Longest back-off in milliseconds. Default: 60,000. */
  readonly capMs?: number | undefined;
  /**
   * Milliseconds without a byte from the peer after which a connection is given up and dialled again. Default: 30,000. A PINGRESP
   * does not count as such a byte.
   */
  readonly silenceMs?: number | undefined;
}
