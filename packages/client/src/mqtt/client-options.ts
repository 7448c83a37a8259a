import type { Packet, Will } from '@mote/codec';
import type { Direction } from './connection.ts';
import type { MqttError } from './error.ts';
import type { OutboundOptions } from './outbound.ts';

/** What a Client asks its driver to do, in this order. */
export type ClientAction =
  /** Open a new connection, then call `connected`, or `lost`. Hang up on one that still stands. */
  | { readonly type: 'dial'; readonly route: number }
  /** The bytes are the transport's from now on. Tell by `blocked` that it takes no more for now. */
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  /** The connection is of no use any more: drop it and everything it still says. */
  | { readonly type: 'hang-up' }
  /** Call `wake` at this time; it replaces what was asked before. */
  | { readonly type: 'wait'; readonly until: number }
  | { readonly type: 'state'; readonly state: ClientState }
  /** The last action. Close the connection after what was sent. */
  | { readonly type: 'end' };

export type ClientState =
  /** The first dial, or one after a pause. */
  | { readonly type: 'connecting'; readonly attempt: number }
  | { readonly type: 'online'; readonly sessionPresent: boolean }
  /** Offline, and the next dial follows in `delayMs`. */
  | { readonly type: 'waiting'; readonly delayMs: number; readonly cause: MqttError }
  | { readonly type: 'closed' }
  /** It does not come back by itself. `error` is an MqttError, or the reason of the signal. */
  | { readonly type: 'stopped'; readonly error: unknown };

export interface ClientOptions extends Omit<OutboundOptions, 'onStoreFailure'> {
  readonly clientId: string;
  readonly cleanSession: boolean;
  /** Seconds; 0 turns the ping off. */
  readonly keepAlive: number;
  readonly will?: Will | undefined;
  readonly maxPacketSize?: number | undefined;
  /** Ways to the server, tried in turn until one stands. */
  readonly routes: number;
  /** From 0 to less than 1, as Math.random gives them. */
  readonly random: () => number;
  readonly retry: {
    readonly attempts: number;
    readonly baseMs: number;
    readonly capMs: number;
    readonly standMs: number;
    /** Milliseconds of silence after which a dial, or a server that does not answer CONNECT, is given up. */
    readonly silenceMs: number;
  };
  /** Milliseconds to the first CONNACK. Until then what cannot get better by itself ends the client; undefined: never. */
  readonly timeoutMs?: number | undefined;
  /** Whether credentials that were refused are asked for once more, since they may be others by then. */
  readonly freshCredentials: boolean;
  readonly onSessionLost: 'resume' | 'fail';
  /** `stop`, the default: CONNACK 2, 4 and 5 end the client. `retry`: once it was online, or without `timeoutMs`, only 1 does. */
  readonly onRefused?: 'stop' | 'retry' | undefined;
  /** Sees every packet, the password masked. */
  readonly trace?: ((direction: Direction, packet: Packet) => void) | undefined;
}

export interface Credentials {
  /** In place of that of the options. */
  readonly clientId?: string | undefined;
  readonly userName?: string | undefined;
  readonly password?: Uint8Array | undefined;
}
