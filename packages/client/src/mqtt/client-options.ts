import type { Packet, Will } from '@mote/codec';
import type { Direction } from './connection-options.ts';
import type { MqttError, MqttStage } from './error.ts';
import type { Message, Outbound, OutboundOptions, Outgoing, PublishParts } from './outgoing.ts';
import type { Subscription, SubscriptionOptions } from './subscription.ts';

/** What a Client asks its driver to do. The driver must keep the order. */
export type ClientAction =
  /** Open a new connection, then call `connected` or `lost`. If there still is a connection, hang up first. */
  | { readonly type: 'dial'; readonly route: number }
  /** Send these bytes, which then belong to the transport. Call `blocked` if it takes no more for now. */
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  /** Drop the connection, and ignore everything that still comes from it. */
  | { readonly type: 'hang-up' }
  /** Call `wake` at this time. It replaces the `wait` before. */
  | { readonly type: 'wait'; readonly until: number }
  /** The state has changed. */
  | { readonly type: 'state'; readonly state: ClientState }
  /** The last action: close the connection when everything is sent. */
  | { readonly type: 'end' };

/** The state of an MQTT client. `closed` and `stopped` are final. */
export type ClientState =
  /** A dial is under way, or a CONNECT waits for its answer. `attempt` counts from 1. */
  | { readonly type: 'connecting'; readonly attempt: number }
  /** The server has accepted the connection. `sessionPresent`: it still has the Session of an earlier connection. */
  | { readonly type: 'online'; readonly sessionPresent: boolean }
  /** Offline. The next dial follows in `delayMs` milliseconds. */
  | { readonly type: 'waiting'; readonly delayMs: number; readonly cause: MqttError }
  | { readonly type: 'closed' }
  /** Stopped for good. `error` is an MqttError, or the reason of the signal. */
  | { readonly type: 'stopped'; readonly error: unknown };

/** Options of a Client. They are all checked. */
export interface ClientOptions extends Omit<OutboundOptions, 'onStoreFailure'> {
  readonly clientId: string;
  readonly cleanSession: boolean;
  /** Seconds. 0 turns the ping off. */
  readonly keepAlive: number;
  /** What the server publishes if the connection ends without DISCONNECT. */
  readonly will?: Will | undefined;
  /** Most bytes of a received packet. Default 262,144. */
  readonly maxPacketSize?: number | undefined;
  /** How many ways to the server there are. They are tried in turn until one connects. */
  readonly routes: number;
  /** Returns numbers from 0 to less than 1, like Math.random. */
  readonly random: () => number;
  /** When the client dials again: see `ReconnectOptions`. */
  readonly retry: {
    readonly attempts: number;
    readonly baseMs: number;
    readonly capMs: number;
    readonly standMs: number;
    /** Milliseconds after which a dial, or a CONNECT without an answer, is given up. */
    readonly silenceMs: number;
  };
  /**
   * Milliseconds until the first CONNACK. Until then every error that a retry cannot remove ends the client. Undefined: no limit.
   */
  readonly timeoutMs?: number | undefined;
  /** Whether refused credentials are asked for once more: a function gives them, and they may have changed. */
  readonly freshCredentials: boolean;
  /** If the server has lost the Session. `resume`: messages are sent again in a new one. `fail`: the client stops with `session-lost`. */
  readonly onSessionLost: 'resume' | 'fail';
  /** `stop`, the default: CONNACK 1, 2, 4 and 5 end the client. `retry`: after the first CONNACK, or without `timeoutMs`, only 1 does. */
  readonly onRefused?: 'stop' | 'retry' | undefined;
  /** Called with each packet. Passwords in it are masked. */
  readonly trace?: ((direction: Direction, packet: Packet) => void) | undefined;
}

/** What is needed to open one connection. */
export interface Credentials {
  /** Replaces `clientId` of the options. */
  readonly clientId?: string;
  readonly userName?: string | undefined;
  readonly password?: Uint8Array | undefined;
  /** Replaces `will` of the options. */
  readonly will?: Will | undefined;
  /** See `Outbound.readdress`. */
  readonly readdress?: Outbound['readdress'];
}

/**
 * The machine of the general client: one Session over many connections, one at a time.
 * - Events, bytes and times go in, actions come out. Times are milliseconds of a clock that never goes back.
 * - `publish`, `subscribe` and `close` change the state at once. `flush` sends what follows from that: the driver calls it once in a turn
 *   of its event loop after `onWork`.
 * - It ends once, closed or stopped. Then all promises are settled, and events have no effect any more.
 */
export interface Client {
  state(): ClientState;
  /** Messages that were dropped because the queue was full. */
  dropped(): number;
  /** Whether `post` accepts a message now. */
  ready(): boolean;
  /** Whether the client has ended. */
  ended(): boolean;
  start(now: number): readonly ClientAction[];
  /** The dial has reached this stage. */
  dialling(stage: MqttStage, now: number): readonly ClientAction[];
  /** The transport has a connection. It is opened with these credentials. */
  connected(credentials: Credentials, now: number): readonly ClientAction[];
  receive(bytes: Uint8Array, now: number): readonly ClientAction[];
  /** Whether the transport is full. While it is, `post` refuses messages, and those of `publish` wait. */
  blocked(blocked: boolean, now: number): readonly ClientAction[];
  /** The dial has failed, or the connection has ended. `cause` is the reason, if there is one. */
  lost(cause: unknown, now: number): readonly ClientAction[];
  /** Time has passed. Extra calls do no harm. */
  wake(now: number): readonly ClientAction[];
  /** Returns everything that is to be sent as one `send`. */
  flush(now: number): readonly ClientAction[];
  /** Publishes a message. Throws an EncodeError if it cannot be encoded; every other result goes to `message.settle`. */
  publish(message: Message, now: number): Outgoing | undefined;
  /** Writes a message of QoS 0 at once. Returns false if there is no room. Throws an EncodeError if it cannot be encoded. */
  post(message: PublishParts): boolean;
  /** The caller of `publish` no longer waits for the message. If it was not sent, it is dropped. */
  withdraw(outgoing: Outgoing, error: unknown): void;
  /** Adds a subscription. Undefined if the client has ended: then `onEnd` was called. */
  subscribe(options: SubscriptionOptions): Subscription | undefined;
  /** Ends a subscription. `gone` is called when the server has answered, or when there is no connection. */
  unsubscribe(subscription: Subscription, gone: () => void): void;
  /**
   * Closes this connection in order, with DISCONNECT, and dials again without a delay. The Session goes on, and no message is lost.
   * `hold`: the dial waits until this is called again. `elsewhere`: the next server may be another one, with another Session of ours.
   */
  reconnect(hold?: boolean, elsewhere?: boolean): void;
  /** Ends the client when everything is sent and acknowledged, at the latest after `drainMs` milliseconds. */
  close(drainMs: number): void;
  /** Ends the client now. All promises that wait reject with this error. */
  abort(error: unknown): void;
}
