import type { PublishPacket, QoS, SubackPacket, UnsubackPacket } from '@mote/codec';
import type { ClientOptions } from './client-options.ts';
import type { Connection } from './connection-options.ts';
import type { Received } from './inbound.ts';
import type { Waiting } from './outgoing.ts';
import type { InboundQueues, Subscription, SubscriptionOptions } from './subscription.ts';

/** Options for all subscriptions of a client. */
export type SubscriptionsOptions = Pick<ClientOptions, 'cleanSession' | 'onWork' | 'retry'>;

/** All subscriptions of a client. */
export interface Subscriptions {
  /** What their queues have in common. */
  readonly queues: InboundQueues;
  /** Adds a subscription. SUBSCRIBE is written at once, or when there is a connection. */
  add(options: SubscriptionOptions): Subscription;
  /** Removes a subscription. `gone` is called when the server has answered, or when there is no connection. */
  remove(subscription: Subscription, gone: () => void): void;
  /** A connection was accepted. `doubtful`: the Session of the server may be another one than ours. */
  attach(connection: Connection, sessionPresent: boolean, doubtful: boolean, now: number): void;
  /** The connection is lost. Requests that were not answered are sent again on the next one. */
  detach(): void;
  /** Gives a message to all subscriptions whose filter matches. Throws a PeerViolation if its QoS is too high. */
  deliver(packet: PublishPacket, received: Received | undefined): void;
  /** Handles SUBACK and UNSUBACK. Throws a PeerViolation for one that nobody waits for. */
  onPacket(packet: SubackPacket | UnsubackPacket): void;
  /** When `sweep` must be called. */
  wakeAt(): number;
  /**
   * Must be called in each turn. Returns why a new connection is needed, if it is: there is room again for messages that were passed over,
   * or the server has not answered a SUBSCRIBE or UNSUBSCRIBE in time.
   */
  sweep(now: number): 'passed-over' | 'no-suback' | undefined;
  /** Ends all subscriptions, with an error or without. */
  close(error?: unknown): void;
}

/** A Topic Filter, with all subscriptions to it. */
export interface Filter {
  readonly topicFilter: string;
  readonly subscriptions: Subscription[];
  /** The granted QoS. Undefined if the server has not answered the newest request. A new connection then sends it again. */
  granted: QoS | undefined;
  /** The newest request. Only its answer tells what the server knows in the end: the application may change its mind before that. */
  newest: Request | undefined;
  /** Whether SUBSCRIBE was sent in this Session, so that the server may know the filter. */
  known: boolean;
  /** Called when the server has unsubscribed it, or when the connection is lost. */
  readonly onGone: (() => void)[];
}

/** A SUBSCRIBE or UNSUBSCRIBE that waits for its answer. */
export interface Request extends Waiting {
  readonly filter: Filter;
  readonly qos: QoS;
}
