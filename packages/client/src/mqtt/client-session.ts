import { CONNACK, type ConnackPacket, SUBACK, UNSUBACK } from '@mote/codec';
import type { Client, ClientOptions, Credentials } from './client-options.ts';
import { type Connection, type Decoders, makeConnection } from './connection.ts';
import { DELIVERY_DECODERS, loadRecords, takePacket, unreadable } from './delivery.ts';
import { makeInbound } from './inbound.ts';
import { makeOutbound } from './outbound.ts';
import type { Outbound, Waiting } from './outgoing.ts';
import { PacketIds } from './packet-ids.ts';
import { answer, storeCalls } from './store-calls.ts';
import type { Held } from './subscription.ts';
import { makeSubscriptions, SUBSCRIPTION_DECODERS } from './subscriptions.ts';
import type { Subscriptions } from './subscriptions-options.ts';

// What the general client has of a Session, from the first connection to the last: messages in both directions, subscriptions,
// and what it knows of the server's part. It asks for nothing and reads no clock: the client tells it what happens to connections.

/** Packets that a Session knows. */
const DECODERS: Decoders = { ...DELIVERY_DECODERS, ...SUBSCRIPTION_DECODERS };

type Calls = Pick<Client, 'dropped' | 'ready' | 'publish' | 'post' | 'withdraw' | 'subscribe' | 'unsubscribe'>;

export interface ClientSession {
  /** What the application asks for. */
  readonly calls: Calls;
  readonly outbound: Outbound;
  readonly held: Held;
  /** The server may have begun another Session in place of ours: Session Present proves nothing until the next CONNACK. */
  doubt(): void;
  /** Reads the store. */
  load(done: () => void, failed: (error: unknown) => void): void;
  /** A connection that is to carry it. `onConnack` is called with CONNACK, and is to `attach`. */
  open(credentials: Credentials, onConnack: (packet: ConnackPacket) => void): Connection;
  /** CONNACK has come. False when the Session is lost, and the options say that this ends the client. */
  attach(sessionPresent: boolean, now: number): boolean;
  detach(): void;
  /** When to call `sweep`. */
  wakeAt(): number;
  /**
   * Time has passed; to be called in each turn. Says why a new connection is needed: something was passed over for which there is
   * room by now, or a SUBSCRIBE or UNSUBSCRIBE was not answered in time.
   */
  sweep(now: number): ReturnType<Subscriptions['sweep']>;
  /** It is over. Publishers are told `error`, subscribers `reason`, which is undefined after an end in good order. */
  close(error: unknown, reason: unknown): void;
}

/** `refusal`: why the application's calls are refused, once they are. */
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
  /** Whether the server may have a Session of ours: what is in it is lost when it has none. */
  let hasSession = false;
  let doubtful = false;
  /** The connection that was made last. */
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
      // So that the time at which it expires gets a timer.
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
      // Who has kept his part of the Session may proceed with it though the server has lost its own [3.2.2.2]: nothing is sent in
      // another way than before, so nothing arrives twice that would not have. With CleanSession 1 we have ended it ourselves.
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
