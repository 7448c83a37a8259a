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
import type { Connection, Decoders } from './connection-options.ts';
import { MqttError } from './error.ts';
import type { Inbound } from './inbound.ts';
import type { Waiting } from './outgoing.ts';
import type { PacketIds } from './packet-ids.ts';
import { PeerViolation } from './peer-violation.ts';
import { makeRequests } from './requests.ts';
import { type InboundQueues, ReceivedMessage, Subscription } from './subscription.ts';
import type { Filter, Request, Subscriptions, SubscriptionsOptions } from './subscriptions-options.ts';
import { topicTree } from './topic-tree.ts';
import { Unclaimed } from './unclaimed.ts';

// The subscriptions of the application, and what the server knows about them.
// - The server has one subscription for each Topic Filter, even if there are several here. SUBSCRIBE asks for the highest QoS among
//   them; UNSUBSCRIBE is sent when the last one ends.
// - On a new connection only what the server does not know is sent: everything in a new Session, otherwise the requests that were not
//   answered on the old connection.

/** Decoders for the answers to requests. */
export const SUBSCRIPTION_DECODERS: Decoders = { [SUBACK]: decodeSuback, [UNSUBACK]: decodeUnsuback };

/** Makes the subscriptions of a client. `ids` is shared with messages, `inbound` acknowledges. */
export function makeSubscriptions(
  ids: PacketIds<Waiting>,
  inbound: Inbound,
  { cleanSession, onWork, retry }: SubscriptionsOptions,
): Subscriptions {
  const tree = topicTree<Subscription>();
  const filters = new Map<string, Filter>();
  const requests = makeRequests(ids, retry.silenceMs);
  /** Filters whose newest request waits until an older one is answered. */
  const delayed = new Set<Filter>();
  let connection: Connection | undefined;
  /**
   * The highest granted QoS, or one whose SUBACK was lost; 2 if an earlier run may have asked for it. It is kept even if the server says
   * that it has no Session: aedes says so of a Session without subscriptions, and still delivers the messages that are left in it.
   */
  let highest: QoS = 0;
  /** Whether there was a connection in this run. */
  let begun = false;
  /** True when there is room for messages that were passed over. The server sends them again only on a new connection. */
  let reopen = false;
  const queues: InboundQueues = {
    acknowledge: inbound.acknowledge,
    skip: inbound.skip,
    bytes: 0,
    chunk: 0,
    passedOver: false,
    cleanSession,
    onEmpty() {
      if (cleanSession || !connection) return;
      reopen = true;
      onWork();
    },
  };
  const unclaimed = new Unclaimed(queues);

  /** The answer to an older request counts no more. Returns false if this one waits: for a connection, or until others are answered. */
  function beginRequest(filter: Filter): boolean {
    filter.granted = filter.newest = undefined;
    if (connection && requests.full()) delayed.add(filter);
    onWork();
    return !!connection && !delayed.has(filter);
  }

  function forget(filter: Filter): void {
    filters.delete(filter.topicFilter);
    delayed.delete(filter);
  }

  /** Writes SUBSCRIBE, now or later. */
  function subscribe(filter: Filter): void {
    if (!beginRequest(filter)) return;
    const { topicFilter } = filter;
    const qos = Math.max(...filter.subscriptions.map(({ options }) => options.qos)) as QoS;
    filter.known = true;
    const packetId = requests.add(SUBSCRIBE, filter, qos);
    connection!.send(encodeSubscribeInto, { type: SUBSCRIBE, packetId, subscriptions: [{ topicFilter, qos }] });
  }

  /** Writes UNSUBSCRIBE, if the server may know the filter. */
  function unsubscribe(filter: Filter): void {
    if (!filter.known) forget(filter);
    else if (beginRequest(filter)) {
      const packetId = requests.add(UNSUBSCRIBE, filter, 0);
      connection!.send(encodeUnsubscribeInto, { type: UNSUBSCRIBE, packetId, topicFilters: [filter.topicFilter] });
    }
  }

  function ask(filter: Filter): void {
    if (filter.subscriptions.length) subscribe(filter);
    else unsubscribe(filter);
  }

  /** Handles the return code of a SUBACK. */
  function onGranted(request: Request, packetId: number, code: SubackPacket['returnCodes'][number]): void {
    const { filter, qos: asked } = request;
    const { topicFilter, subscriptions, newest } = filter;
    if (code !== 0x80) {
      if (code > asked) throw new PeerViolation('qos-above-granted', { packetId });
      if (code > highest) highest = code;
    }
    if (request !== newest) return;
    if (code === 0x80) {
      const error = new MqttError('subscribe-refused', 'subscribe', { returnCode: code });
      for (const subscription of subscriptions.splice(0)) {
        tree.delete(topicFilter, subscription);
        subscription.options.onEnd(error);
      }
      forget(filter);
    } else {
      filter.granted = code;
      for (const { options } of subscriptions) options.onGranted(code);
    }
  }

  const subscriptions: Subscriptions = {
    queues,

    add(options) {
      const { topicFilter } = options;
      const subscription = new Subscription(options, queues);
      const filter: Filter = filters.get(topicFilter) ?? {
        topicFilter,
        subscriptions: [],
        granted: undefined,
        newest: undefined,
        known: false,
        onGone: [],
      };
      filters.set(topicFilter, filter);
      filter.subscriptions.push(subscription);
      tree.add(topicFilter, subscription);
      subscribe(filter);
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
      if (!filter.subscriptions.length) unsubscribe(filter);
      if (filter.subscriptions.length || !connection || !filter.known) tellGone(filter);
    },

    attach(opened, sessionPresent, doubtful, now) {
      inbound.attach(opened, sessionPresent, doubtful);
      connection = opened;
      if (cleanSession) highest = 0;
      // The Session is of an earlier run, so we do not know what was granted in it.
      else if (sessionPresent && !begun) highest = 2;
      begun = true;
      unclaimed.accepted(sessionPresent, now);
      for (const filter of filters.values()) {
        if (!sessionPresent || doubtful) filter.granted = undefined;
        filter.known &&= sessionPresent;
        if (!filter.subscriptions.length || filter.granted === undefined) ask(filter);
      }
    },

    detach() {
      inbound.detach();
      connection = undefined;
      unclaimed.clear();
      reopen = queues.passedOver = false;
      requests.lost(({ filter, qos }) => {
        // The server may have granted it, and deliver by it until it has answered the next request.
        if (qos > highest) highest = qos;
        tellGone(filter);
      });
      for (const filter of delayed) tellGone(filter);
      delayed.clear();
    },

    deliver(packet, received) {
      const { qos, topicName } = packet;
      const found: readonly Pick<Subscription, 'offer'>[] = tree.match(topicName);
      // A server may deliver messages before SUBACK. Until then the QoS that was asked for counts. A server may also have subscriptions
      // that the client did not ask for: messages of those must be acknowledged like all others [MQTT-4.5.0-2].
      if (qos > highest && found[0] && !requests.allow(qos)) {
        // No subscription gets it, so it must not count as received. Its QoS is above another, so it is one that is acknowledged.
        inbound.skip(received!);
        throw new PeerViolation('qos-above-granted');
      }
      // A message without a subscription: with QoS 0 it is dropped, otherwise it goes to `unclaimed`, which acknowledges it later.
      const takers = found.length || !received ? found : [unclaimed];
      const shared = received && { queues, received, takers: takers.length };
      // The tree returns a new list after each change, so a subscription that ends in this loop does not change `takers`.
      for (const taker of takers) taker.offer(new ReceivedMessage(packet, shared));
    },

    onPacket(packet) {
      const own = requests.answered(packet);
      if (!own) return;
      const { filter } = own;
      if (packet.type === SUBACK) onGranted(own, packet.packetId, packet.returnCodes[0]!);
      else {
        if (own === filter.newest) forget(filter);
        tellGone(filter);
      }
      // One was answered, so there is room for one.
      const [next] = delayed;
      if (next && delayed.delete(next)) ask(next);
    },

    wakeAt: () => Math.min(unclaimed.wakeAt, requests.dueAt()),

    sweep(now) {
      unclaimed.sweep(now);
      const late = requests.late(now);
      return reopen ? 'passed-over' : late ? 'no-suback' : undefined;
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
