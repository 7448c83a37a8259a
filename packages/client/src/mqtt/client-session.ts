import { CONNACK, type ConnackPacket, SUBACK, UNSUBACK } from '@mote/codec';
import type { Client, ClientOptions, Credentials } from './client-options.ts';
import { makeConnection } from './connection.ts';
import type { Connection, Decoders } from './connection-options.ts';
import { DELIVERY_DECODERS, loadRecords, takePacket, unreadable } from './delivery.ts';
import { makeInbound } from './inbound.ts';
import { makeOutbound } from './outbound.ts';
import type { Outbound, Waiting } from './outgoing.ts';
import { PacketIds } from './packet-ids.ts';
import { answer, storeCalls } from './store-calls.ts';
import type { Held } from './subscription.ts';
import { makeSubscriptions, SUBSCRIPTION_DECODERS } from './subscriptions.ts';
import type { Subscriptions } from './subscriptions-options.ts';

// The Session of the general client, from its first connection to its last: messages in both directions, subscriptions, and what is
// known about the server's half. It has no timer and reads no clock: the client calls it when something happens to a connection.

/** Decoders for the packets that a Session may get. */
const DECODERS: Decoders = { ...DELIVERY_DECODERS, ...SUBSCRIPTION_DECODERS };

type Calls = Pick<Client, 'dropped' | 'ready' | 'publish' | 'post' | 'withdraw' | 'subscribe' | 'unsubscribe'>;

/** The Session over all connections of a client. */
export interface ClientSession {
  /** The methods of the client that the application calls, directly or through `connect`. */
  readonly calls: Calls;
  readonly outbound: Outbound;
  readonly held: Held;
  /** The server may have another Session of ours by now, so Session Present in the next CONNACK does not prove that it is this one. */
  doubt(): void;
  /** Reads the store, then calls `done`, or `failed` with the error. */
  load(done: () => void, failed: (error: unknown) => void): void;
  /** Makes a connection for this Session. `onConnack` is called when CONNACK comes, and must call `attach`. */
  open(credentials: Credentials, onConnack: (packet: ConnackPacket) => void): Connection;
  /** The server has accepted the connection. Returns false if the Session is lost, and the options say that this ends the client. */
  attach(sessionPresent: boolean, now: number): boolean;
  /** The connection is lost. Everything that is under way waits for the next one. */
  detach(): void;
  /** When `sweep` must be called. */
  wakeAt(): number;
  /**
   * Must be called in each turn. Returns why a new connection is needed, if it is: there is room again for messages that were passed over,
   * or the server has not answered a SUBSCRIBE or UNSUBSCRIBE in time.
   */
  sweep(now: number): ReturnType<Subscriptions['sweep']>;
  /** Ends the Session. Publishers get `error`; subscribers get `reason`, which is undefined if the client was closed. */
  close(error: unknown, reason: unknown): void;
}

/** Makes a Session. `refusal` returns the error with which calls of the application are refused; undefined while they are not. */
export function makeClientSession(
  options: ClientOptions,
  onStoreFailure: (cause: unknown) => void,
  refusal: () => unknown,
): ClientSession {
  const { cleanSession, onSessionLost, onWork, store } = options;
  const ids: PacketIds<Waiting> = new PacketIds();
  const keep = storeCalls(store, onStoreFailure);
  const inbound = makeInbound(onWork, keep);
  const outbound = makeOutbound({ ...options, onStoreFailure }, ids, keep);
  const subscriptions = makeSubscriptions(ids, inbound, options);
  /** Whether we have a Session that the server should know, too. If it then says that it has none, the Session is lost. */
  let hasSession = false;
  let doubtful = false;
  /** The latest connection. */
  let opened: Connection;

  const calls: Calls = {
    dropped: () => outbound.dropped,
    ready: () => outbound.ready() && !refusal(),

    publish(message, at) {
      const error = refusal();
      if (error) {
        message.settle(error);
        return undefined;
      }
      const outgoing = outbound.publish(message, at);
      // The turn that follows sets a timer for the time at which the message expires.
      onWork();
      return outgoing;
    },

    post(message) {
      const takes = calls.ready();
      if (takes) outbound.post(message);
      return takes;
    },

    withdraw(outgoing, error) {
      outbound.withdraw(outgoing, error);
      onWork();
    },

    subscribe(wanted) {
      const error = refusal();
      if (error) {
        wanted.onEnd(error);
        return undefined;
      }
      return subscriptions.add(wanted);
    },

    unsubscribe: subscriptions.remove,
  };

  return {
    calls,
    outbound,
    held: subscriptions.held,
    doubt() {
      doubtful = true;
    },

    load(done, failed) {
      answer(
        () => store?.load() ?? [],
        (records) => {
          try {
            loadRecords(records, inbound, outbound);
            hasSession = !outbound.empty();
            done();
          } catch (error) {
            failed(unreadable(error));
          }
        },
        failed,
      );
    },

    open(credentials, onConnack) {
      outbound.readdress = credentials.readdress;
      opened = makeConnection({
        ...options,
        ...credentials,
        clientId: credentials.clientId ?? options.clientId,
        decoders: DECODERS,
        onPacket(packet) {
          if (packet.type === CONNACK) return onConnack(packet);
          if (packet.type === SUBACK || packet.type === UNSUBACK) subscriptions.onPacket(packet);
          else takePacket(packet, inbound, outbound, subscriptions.deliver);
        },
      });
      return opened;
    },

    attach(sessionPresent, now) {
      if (hasSession && !sessionPresent && onSessionLost === 'fail') return false;
      hasSession = true;
      // If the server has lost its half of the Session, we may go on with ours [3.2.2.2]. Packets are sent again with the same
      // identifiers, so no message arrives twice that would not have anyway. With CleanSession 1 the old Session ended with its connection.
      inbound.attach(opened, sessionPresent, doubtful);
      outbound.attach(opened, !cleanSession);
      subscriptions.attach(opened, sessionPresent, doubtful, now);
      doubtful = false;
      return true;
    },

    detach() {
      inbound.detach();
      outbound.detach();
      subscriptions.detach();
    },

    wakeAt: () => Math.min(outbound.sweepAt, subscriptions.wakeAt()),

    sweep(now) {
      outbound.sweep(now);
      return subscriptions.sweep(now);
    },

    close(error, reason) {
      outbound.close(error);
      subscriptions.close(reason);
    },
  };
}
