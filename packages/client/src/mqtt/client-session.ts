import { type Packet, SUBACK, UNSUBACK } from '@mote/codec';
import type { ClientOptions } from './client-options.ts';
import type { Connection, Decoders } from './connection-options.ts';
import { DELIVERY_DECODERS, loadRecords, takePacket, unreadable } from './delivery.ts';
import { makeInbound } from './inbound.ts';
import { makeOutbound } from './outbound.ts';
import type { Outbound, Waiting } from './outgoing.ts';
import { PacketIds } from './packet-ids.ts';
import { storeCaller } from './store-calls.ts';
import { makeSubscriptions, SUBSCRIPTION_DECODERS } from './subscriptions.ts';
import type { Subscriptions } from './subscriptions-options.ts';

// The Session of the general client, from the first connection that needs one to the last: messages in both directions, and
// subscriptions. It has no timer and reads no clock: the client calls it when something happens to a connection.

/** Decoders for the packets that a Session may get. */
export const SESSION_DECODERS: Decoders = { ...DELIVERY_DECODERS, ...SUBSCRIPTION_DECODERS };

/** The Session over all connections of a client. */
export interface ClientSession {
  readonly outbound: Outbound;
  readonly subscriptions: Subscriptions;
  /** Reads the store, then calls `done` with whether an earlier run has left messages there, or `failed` with the error. */
  load(done: (left: boolean) => void, failed: (error: unknown) => void): void;
  /** Handles a packet of `SESSION_DECODERS`. */
  onPacket(packet: Packet): void;
  /** The server has accepted the connection. `doubtful`: the Session of the server may be another one than ours. */
  attach(connection: Connection, sessionPresent: boolean, doubtful: boolean, now: number): void;
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

/** Makes a Session. */
export function makeClientSession(options: ClientOptions, onStoreFailure: (cause: unknown) => void): ClientSession {
  const { cleanSession, onWork, store } = options;
  const ids: PacketIds<Waiting> = new PacketIds();
  const callStore = storeCaller(store, onStoreFailure);
  const inbound = makeInbound(onWork, callStore);
  const outbound = makeOutbound(options, ids, callStore);
  const subscriptions = makeSubscriptions(ids, inbound, options);

  return {
    outbound,
    subscriptions,

    load(done, failed) {
      outbound.loading = true;
      callStore(
        (store) => store.load(),
        (records) => {
          try {
            loadRecords(records, inbound, outbound);
            done(ids.free < 65_535);
            outbound.loaded();
          } catch (error) {
            failed(unreadable(error));
          }
        },
        failed,
      );
    },

    onPacket(packet) {
      if (packet.type === SUBACK || packet.type === UNSUBACK) subscriptions.onPacket(packet);
      else takePacket(packet, inbound, outbound, subscriptions.deliver);
    },

    attach(connection, sessionPresent, doubtful, now) {
      // Who has kept his part of the Session may proceed with it though the server has lost its own [3.2.2.2]: nothing is sent in
      // another way than before, so nothing arrives twice that would not have. With CleanSession 1 we have ended it ourselves.
      outbound.attach(connection, !cleanSession);
      subscriptions.attach(connection, sessionPresent, doubtful, now);
    },

    detach() {
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
