import type { Packet } from '@mote/codec';
import type { Action } from './action.ts';
import type { DialStage } from './stage.ts';

/** Each call gives the actions that follow from it, to be done in their order. */
export interface Registration {
  start(now: number): readonly Action[];
  /** The dial has come this far. */
  dialling(stage: DialStage, now: number): readonly Action[];
  /** A connection stands. `password` is the SAS token, if there is one; `protocol` is for people. */
  connected(password: string | undefined, now: number, protocol?: string): readonly Action[];
  receive(bytes: Uint8Array, now: number): readonly Action[];
  /** The dial failed, or the connection ended, with the reason if there is one. */
  lost(cause: unknown, now: number): readonly Action[];
  /** Time has passed. A call too many does no harm. */
  wake(now: number): readonly Action[];
}

export interface RegistrationOptions {
  readonly idScope: string;
  readonly registrationId: string;
  /** Ways to the service, tried in turn until one stands. */
  readonly routes: readonly Route[];
  /** Milliseconds for everything together. */
  readonly timeoutMs: number;
  /** From 0 to less than 1, as Math.random gives them. */
  readonly random: () => number;
  /**
   * Makes the id of one question: new each time, over reconnects too, of letters, digits and hyphens, and such that no peer can
   * guess it, since only the answer that bears it is taken. Made of `random` unless told, which is as good as that is.
   */
  readonly requestId?: (() => string) | undefined;
  readonly apiVersion?: string | undefined;
  readonly clientVersion?: string | undefined;
  /** Seconds; 30 unless told. */
  readonly keepAlive?: number | undefined;
  readonly payload?: Readonly<Record<string, unknown>> | undefined;
  /** Base64 DER. */
  readonly csr?: string | undefined;
  /** Proofs of identity there are; 1 unless told. */
  readonly alternatives?: number | undefined;
  readonly retry?: RetryOptions | undefined;
  /** Sees every packet, password and CSR masked. */
  readonly trace?: ((direction: 'sent' | 'received', packet: Packet) => void) | undefined;
}

export interface Route {
  readonly transport: string;
  readonly host: string;
  readonly port: number;
}

export interface RetryOptions {
  /** Retries in one provisioning, after the first try, 0 to 1000; 5 unless told. From the eleventh on they are a second apart at least. */
  readonly attempts?: number | undefined;
  /** Milliseconds of the first back-off, before jitter; it doubles each time. 1000 unless told. */
  readonly baseMs?: number | undefined;
  /** Ceiling of a back-off in milliseconds; 60,000 unless told. */
  readonly capMs?: number | undefined;
  /**
   * Milliseconds of silence after which a connection is given up and dialled again; 30,000 unless told. What comes breaks it,
   * be it a single byte, but for the answer to a ping.
   */
  readonly silenceMs?: number | undefined;
}
