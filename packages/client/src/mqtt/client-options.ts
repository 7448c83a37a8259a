import type { Packet, Will } from '@mote/codec';
import type { Direction } from './connection.ts';
import type { MqttError, MqttStage } from './error.ts';
import type { Message, Outbound, OutboundOptions, Outgoing, PublishParts } from './outgoing.ts';
import type { Subscription, SubscriptionOptions } from './subscription.ts';

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

/** What an MQTT client is doing. `closed` and `stopped` are the last state. */
export type ClientState =
  /** The first dial, or one after a pause. */
  | { readonly type: 'connecting'; readonly attempt: number }
  | { readonly type: 'online'; readonly sessionPresent: boolean }
  /** Offline, and the next dial follows in `delayMs`. */
  | { readonly type: 'waiting'; readonly delayMs: number; readonly cause: MqttError }
  | { readonly type: 'closed' }
  /** It does not come back by itself. `error` is an MqttError, or the reason of the signal. */
  | { readonly type: 'stopped'; readonly error: unknown };

/** What a Client is made with. */
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

/** What one connection is opened with. */
export interface Credentials {
  /** In place of that of the options. */
  readonly clientId?: string | undefined;
  readonly userName?: string | undefined;
  readonly password?: Uint8Array | undefined;
  /** In place of that of the options. */
  readonly will?: Will | undefined;
  readonly readdress?: Outbound['readdress'];
}

/**
 * The general client: connections one after the other, and over them one Session.
 * - Events, bytes and time come in, actions go out. Times are milliseconds of one clock that never steps back.
 * - What the application asks for (`publish`, `subscribe`, `close`) changes the state at once; `flush` sends it, which the
 *   driver calls once in a turn of its event loop after `onWork`.
 * - It ends once, closed or stopped. Then every promise is settled, and no event has an effect any more.
 */
export interface Client {
  state(): ClientState;
  /** Messages that were dropped because the queue was full. */
  dropped(): number;
  /** Whether `post` would take a message. */
  ready(): boolean;
  /** Whether it is over. */
  ended(): boolean;
  start(now: number): readonly ClientAction[];
  /** The dial has come this far. */
  dialling(stage: MqttStage, now: number): readonly ClientAction[];
  /** A connection stands; it is opened with these. */
  connected(credentials: Credentials, now: number): readonly ClientAction[];
  receive(bytes: Uint8Array, now: number): readonly ClientAction[];
  /** Whether the transport takes nothing for now: `post` and `publish` are held up until it does. */
  blocked(blocked: boolean, now: number): readonly ClientAction[];
  /** The dial failed, or the connection ended, with the reason if there is one. */
  lost(cause: unknown, now: number): readonly ClientAction[];
  /** Time has passed. A call too many does no harm. */
  wake(now: number): readonly ClientAction[];
  /** Sends what there is to send, in one piece. */
  flush(now: number): readonly ClientAction[];
  /** Throws an EncodeError; everything else is told to `message.settle`. */
  publish(message: Message, now: number): Outgoing | undefined;
  /** Writes a message of QoS 0 at once, or says that there is no room. Throws an EncodeError. */
  post(message: PublishParts): boolean;
  /** The caller of `publish` gives it up. */
  withdraw(outgoing: Outgoing, error: unknown): void;
  /** Undefined when it is over: `onEnd` has been told. */
  subscribe(options: SubscriptionOptions): Subscription | undefined;
  /** `gone` is called when the server has answered, or when there is none to answer. */
  unsubscribe(subscription: Subscription, gone: () => void): void;
  /**
   * Leaves this connection in good order for a new one, without back-off: the Session goes on, and nothing under way is lost.
   * `hold`: the dial waits until this is called again. `elsewhere`: what answers may know another Session of ours.
   */
  reconnect(hold?: boolean, elsewhere?: boolean): void;
  /** Ends it when everything is sent and acknowledged, or after `drainMs`. */
  close(drainMs: number): void;
  /** Ends it now, with this error for everybody. */
  abort(error: unknown): void;
}
