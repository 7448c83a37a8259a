import type { PublishPacket, SubackPacket, UnsubackPacket } from '@mote/codec';
import type { ClientOptions } from './client-options.ts';
import type { Connection } from './connection.ts';
import type { Received } from './inbound.ts';
import type { Held, Subscription, SubscriptionOptions } from './subscription.ts';

export type SubscriptionsOptions = Pick<ClientOptions, 'cleanSession' | 'onWork' | 'retry'>;

export interface Subscriptions {
  /** What all of them share. */
  readonly held: Held;
  /** Asks the server at once, or as soon as there is a connection. */
  add(options: SubscriptionOptions): Subscription;
  /** `gone` is called when the server has answered, or when there is none to answer. */
  remove(subscription: Subscription, gone: () => void): void;
  /** `doubtful`: the Session that is present may not be the one that we know. */
  attach(connection: Connection, sessionPresent: boolean, doubtful: boolean, now: number): void;
  /** The connection is lost: what was asked for on it and not answered is asked for again on the next. */
  detach(): void;
  /** Gives a message to everyone whose filter matches. */
  deliver(packet: PublishPacket, received: Received | undefined): void;
  /** An answer of the server. Throws a PeerViolation for one that nobody waits for. */
  onPacket(packet: SubackPacket | UnsubackPacket): void;
  /** When to call `sweep`. */
  wakeAt(): number;
  /**
   * Time has passed; to be called in each turn. Says why a new connection is needed: something was passed over for which there is
   * room by now, or a SUBSCRIBE or UNSUBSCRIBE was not answered in time.
   */
  sweep(now: number): 'passed-over' | 'no-suback' | undefined;
  /** Nothing more comes for anybody. */
  close(error?: unknown): void;
}
