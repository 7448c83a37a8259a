import {
  decodeSuback,
  decodeUnsuback,
  encodeSubscribeInto,
  encodeUnsubscribeInto,
  type QoS,
  SUBACK,
  SUBSCRIBE,
  type SubackPacket,
  UNSUBACK,
  UNSUBSCRIBE,
} from '@mote/codec';
import type { Connection, Decoders } from './connection.ts';
import { MqttError } from './error.ts';
import type { Inbound } from './inbound.ts';
import type { Waiting } from './outgoing.ts';
import type { PacketIds } from './packet-ids.ts';
import { PeerViolation, refusePacketId } from './peer-violation.ts';
import { slept } from './slept.ts';
import { type Held, ReceivedMessage, Subscription } from './subscription.ts';
import type { Subscriptions, SubscriptionsOptions } from './subscriptions-options.ts';
import { TimeLimit } from './time-limit.ts';
import { topicTree } from './topic-tree.ts';
import { Unclaimed } from './unclaimed.ts';

// Who has subscribed to what, and what the server knows of it.
// - The server has one subscription for one Topic Filter, however many there are here: SUBSCRIBE asks for the highest QoS of
//   them, UNSUBSCRIBE leaves with the last.
// - A new connection asks again only for what the server does not know: everything when the Session is new, and otherwise
//   what was asked for on the old connection and not answered.

/** For the Connection. */
export const SUBSCRIPTION_DECODERS: Decoders = { [SUBACK]: decodeSuback, [UNSUBACK]: decodeUnsuback };

/** One Topic Filter. */
interface Filter {
  readonly topicFilter: string;
  readonly subscriptions: Subscription[];
  /** What the server has granted; undefined when it has not answered, or not in this Session. */
  granted: QoS | undefined;
  /** Whether the server may know of it: it was asked for in this Session. */
  known: boolean;
  /** Called when the server knows it no longer, or when nobody can tell. */
  readonly onGone: (() => void)[];
}

interface Request extends Waiting {
  readonly filter: Filter;
  readonly qos: QoS;
}

export function makeSubscriptions(
  ids: PacketIds<Waiting>,
  inbound: Inbound,
  { cleanSession, onWork, retry }: SubscriptionsOptions,
): Subscriptions {
  const tree = topicTree<Subscription>();
  const filters = new Map<string, Filter>();
  /** Identifiers of this connection that were not answered. */
  const requests = new Map<number, Request>();
  let connection: Connection | undefined;
  /**
   * The highest QoS that was granted; 2 when another run may have asked. It outlives a Session that the server says it has lost:
   * aedes says so of one without subscriptions, and delivers what was left of it.
   */
  let highest: QoS = 0;
  /** There was a connection in this run. */
  let begun = false;
  /** What a full subscription passed over comes again on a new connection, and there is room for it now. */
  let reopen = false;
  const held: Held = {
    acknowledge: inbound.acknowledge,
    skip: inbound.skip,
    bytes: 0,
    chunk: 0,
    passedOver: false,
    onEmpty() {
      if (cleanSession || !connection) return;
      reopen = true;
      onWork();
    },
  };
  const unclaimed = new Unclaimed(held);
  let answers = new TimeLimit();
  /** What the server was asked first of what it has not answered. */
  let oldest: Request | undefined;

  function request(type: number, filter: Filter, qos: QoS): number {
    const waiting = { type, filter, qos };
    const packetId = ids.take(waiting);
    requests.set(packetId, waiting);
    onWork();
    return packetId;
  }

  function ask(filter: Filter): void {
    if (!connection) return;
    const { topicFilter } = filter;
    const qos = Math.max(...filter.subscriptions.map(({ options }) => options.qos)) as QoS;
    filter.known = true;
    const packetId = request(SUBSCRIBE, filter, qos);
    connection.send(encodeSubscribeInto, { type: SUBSCRIBE, packetId, subscriptions: [{ topicFilter, qos }] });
  }

  function leave(filter: Filter): void {
    const { topicFilter, known } = filter;
    filter.granted = undefined;
    if (!known) filters.delete(topicFilter);
    else if (connection) {
      const packetId = request(UNSUBSCRIBE, filter, 0);
      connection.send(encodeUnsubscribeInto, { type: UNSUBSCRIBE, packetId, topicFilters: [topicFilter] });
    }
  }

  /** SUBACK. */
  function onGranted(filter: Filter, asked: QoS, packetId: number, code: SubackPacket['returnCodes'][number]): void {
    const { topicFilter, subscriptions } = filter;
    if (code === 0x80) {
      const error = new MqttError('subscribe-refused', 'subscribe', { returnCode: code });
      for (const subscription of subscriptions.splice(0)) {
        tree.delete(topicFilter, subscription);
        subscription.options.onEnd(error);
      }
      filters.delete(topicFilter);
    } else if (code > asked) throw new PeerViolation('qos-above-granted', { packetId });
    else {
      filter.granted = code;
      if (code > highest) highest = code;
      for (const { options } of subscriptions) options.onGranted(code);
    }
  }

  const subscriptions: Subscriptions = {
    held,

    add(options) {
      const { topicFilter } = options;
      const subscription = new Subscription(options, held);
      const filter: Filter = filters.get(topicFilter) ?? {
        topicFilter,
        subscriptions: [],
        granted: undefined,
        known: false,
        onGone: [],
      };
      filters.set(topicFilter, filter);
      filter.subscriptions.push(subscription);
      tree.add(topicFilter, subscription);
      ask(filter);
      unclaimed.claim((topicName) => tree.match(topicName)[0]);
      return subscription;
    },

    remove(subscription, gone) {
      const { topicFilter, onEnd } = subscription.options;
      const filter = filters.get(topicFilter);
      if (!filter?.subscriptions.includes(subscription)) return gone();
      filter.subscriptions.splice(filter.subscriptions.indexOf(subscription), 1);
      tree.delete(topicFilter, subscription);
      subscription.clear();
      onEnd();
      filter.onGone.push(gone);
      if (!filter.subscriptions.length) leave(filter);
      if (filter.subscriptions.length || !connection || !filter.known) tellGone(filter);
    },

    attach(opened, sessionPresent, doubtful, now) {
      connection = opened;
      if (cleanSession) highest = 0;
      // Another run has left a Session behind, and what it asked for we cannot know.
      else if (sessionPresent && !begun) highest = 2;
      begun = true;
      unclaimed.accepted(sessionPresent, now);
      for (const filter of filters.values()) {
        if (!sessionPresent || doubtful) {
          filter.granted = undefined;
          filter.known = false;
        }
        if (!filter.subscriptions.length) leave(filter);
        else if (filter.granted === undefined) ask(filter);
      }
    },

    detach() {
      connection = undefined;
      unclaimed.clear();
      reopen = held.passedOver = false;
      for (const [packetId, { filter }] of requests) {
        ids.release(packetId);
        // It may have arrived or not: what was asked for is asked for again.
        filter.granted = undefined;
        tellGone(filter);
      }
      requests.clear();
    },

    deliver(packet, received) {
      const { qos, topicName } = packet;
      // A server may send before it answers, so what was asked for counts until then.
      if (qos > highest && ![...requests.values()].some((request) => qos <= request.qos))
        throw new PeerViolation('qos-above-granted');
      const found: readonly Pick<Subscription, 'offer'>[] = tree.match(topicName);
      // QoS 0 that is nobody's is gone; the rest is acknowledged at some time.
      const takers = found.length || !received ? found : [unclaimed];
      const shared = received && { held, received, takers: takers.length };
      // The list is this topic's own: a subscription that ends meanwhile does not change it.
      for (const taker of takers) taker.offer(new ReceivedMessage(packet, shared));
    },

    onPacket(packet) {
      const { packetId } = packet;
      if (!ids.get(packetId)) return;
      const own = requests.get(packetId);
      if (own?.type !== packet.type - 1) refusePacketId(packetId);
      const { filter, qos } = own;
      if (packet.type === SUBACK && packet.returnCodes.length !== 1)
        throw new PeerViolation('suback-count', { packetId });
      requests.delete(packetId);
      ids.release(packetId);
      if (packet.type === SUBACK) onGranted(filter, qos, packetId, packet.returnCodes[0]!);
      else {
        // Unless somebody has asked for it anew since then.
        if (!filter.subscriptions.length) filters.delete(filter.topicFilter);
        tellGone(filter);
      }
    },

    wakeAt: () => Math.min(unclaimed.wakeAt, answers.at),

    sweep(now) {
      unclaimed.sweep(now);
      const first = requests.values().next().value;
      if (first !== oldest || slept(now - answers.at)) {
        oldest = first;
        answers = new TimeLimit();
        if (first) answers.set(retry.silenceMs);
      }
      // It may answer pings for ever: who waits for the answer is not to wait as long.
      return reopen ? 'passed-over' : answers.over(now) ? 'no-suback' : undefined;
    },

    close(error) {
      subscriptions.detach();
      for (const filter of filters.values()) for (const { options } of filter.subscriptions) options.onEnd(error);
      filters.clear();
    },
  };
  return subscriptions;
}

function tellGone({ onGone }: Filter): void {
  for (const gone of onGone.splice(0)) gone();
}
