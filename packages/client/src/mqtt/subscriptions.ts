import {
  decodeSuback,
  decodeUnsuback,
  encodeSubscribeInto,
  encodeUnsubscribeInto,
  type Packet,
  type PublishPacket,
  type QoS,
  SUBACK,
  SUBSCRIBE,
  type SubackPacket,
  UNSUBACK,
  UNSUBSCRIBE,
} from '@mote/codec';
import type { Connection, Decoders } from './connection.ts';
import { MqttError } from './error.ts';
import type { Received } from './inbound.ts';
import type { Waiting } from './outgoing.ts';
import type { PacketIds } from './packet-ids.ts';
import { PeerViolation } from './peer-violation.ts';
import { type Held, ReceivedMessage, Subscription, type SubscriptionOptions } from './subscription.ts';
import { TopicTree } from './topic-tree.ts';

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

export class Subscriptions {
  readonly #ids: PacketIds<Waiting>;
  readonly #held: Held;
  readonly #onWork: () => void;
  readonly #tree: TopicTree<Subscription> = new TopicTree();
  readonly #filters = new Map<string, Filter>();
  /** Identifiers of this connection that were not answered. */
  readonly #requests = new Map<number, Request>();
  #connection: Connection | undefined;
  /**
   * The highest QoS that was granted; 2 when another run may have asked. It outlives a Session that the server says it has lost:
   * aedes says so of one without subscriptions, and delivers what was left of it.
   */
  #highest: QoS = 0;

  constructor(ids: PacketIds<Waiting>, held: Held, onWork: () => void) {
    this.#ids = ids;
    this.#held = held;
    this.#onWork = onWork;
  }

  /** Whether the server knows of any. */
  get any(): boolean {
    for (const { granted } of this.#filters.values()) if (granted !== undefined) return true;
    return false;
  }

  add(options: SubscriptionOptions): Subscription {
    const { topicFilter } = options;
    const subscription = new Subscription(options, this.#held);
    let filter = this.#filters.get(topicFilter);
    if (!filter) {
      filter = { topicFilter, subscriptions: [], granted: undefined, known: false, onGone: [] };
      this.#filters.set(topicFilter, filter);
    }
    filter.subscriptions.push(subscription);
    this.#tree.add(topicFilter, subscription);
    this.#ask(filter);
    return subscription;
  }

  /** `gone` is called when the server has answered, or when there is none to answer. */
  remove(subscription: Subscription, gone: () => void): void {
    const { topicFilter } = subscription.options;
    const filter = this.#filters.get(topicFilter);
    const index = filter?.subscriptions.indexOf(subscription) ?? -1;
    if (!filter || index < 0) {
      gone();
      return;
    }
    filter.subscriptions.splice(index, 1);
    this.#tree.delete(topicFilter, subscription);
    subscription.clear();
    subscription.options.onEnd();
    filter.onGone.push(gone);
    if (!filter.subscriptions.length) this.#leave(filter);
    if (filter.subscriptions.length || !this.#connection || !filter.known) tellGone(filter);
  }

  attach(connection: Connection, sessionPresent: boolean, cleanSession: boolean): void {
    this.#connection = connection;
    if (cleanSession) this.#highest = 0;
    for (const filter of this.#filters.values()) {
      if (!sessionPresent) {
        filter.granted = undefined;
        filter.known = false;
      }
      if (!filter.subscriptions.length) this.#leave(filter);
      else if (filter.granted === undefined) this.#ask(filter);
    }
  }

  /** A Session that another run has begun: what it asked for we cannot know. */
  resumed(): void {
    this.#highest = 2;
  }

  detach(): void {
    this.#connection = undefined;
    for (const [packetId, { filter }] of this.#requests) {
      this.#ids.release(packetId);
      // It may have arrived or not: what was asked for is asked for again.
      filter.granted = undefined;
      tellGone(filter);
    }
    this.#requests.clear();
  }

  /** Gives a message to everyone whose filter matches. False when there is nobody. */
  deliver(packet: PublishPacket, received: Received | undefined): boolean {
    this.#judge(packet.qos);
    const takers = this.#tree.match(packet.topicName);
    const shared = received && { held: this.#held, received, takers: takers.length };
    // The list is this topic's own: a subscription that ends meanwhile does not change it.
    for (const subscription of takers) subscription.offer(new ReceivedMessage(packet, shared));
    return takers.length > 0;
  }

  onPacket(packet: Packet): void {
    if (packet.type !== SUBACK && packet.type !== UNSUBACK) return;
    const { packetId } = packet;
    const request = this.#ids.get(packetId);
    if (!request) return;
    const own = this.#requests.get(packetId);
    if (own?.type !== packet.type - 1) throw new PeerViolation('unknown-packet-id', { packetId });
    if (packet.type === SUBACK && packet.returnCodes.length !== 1)
      throw new PeerViolation('suback-count', { packetId });
    this.#requests.delete(packetId);
    this.#ids.release(packetId);
    if (packet.type === SUBACK) this.#onSuback(own, packet);
    else {
      // Unless somebody has asked for it anew since then.
      if (!own.filter.subscriptions.length) this.#filters.delete(own.filter.topicFilter);
      tellGone(own.filter);
    }
  }

  /** Nothing more comes for anybody. */
  close(error?: unknown): void {
    this.detach();
    for (const { subscriptions } of this.#filters.values())
      for (const { options } of subscriptions) options.onEnd(error);
    this.#filters.clear();
  }

  #onSuback({ filter, qos }: Request, { packetId, returnCodes }: SubackPacket): void {
    const code = returnCodes[0]!;
    if (code === 0x80) {
      const error = new MqttError('subscribe-refused', 'subscribe', { returnCode: code });
      for (const subscription of filter.subscriptions.splice(0)) {
        this.#tree.delete(filter.topicFilter, subscription);
        subscription.options.onEnd(error);
      }
      this.#filters.delete(filter.topicFilter);
    } else if (code > qos) throw new PeerViolation('qos-above-granted', { packetId });
    else {
      filter.granted = code;
      if (code > this.#highest) this.#highest = code;
      for (const { options } of filter.subscriptions) options.onGranted(code);
    }
  }

  /** A server may send before it answers, so what was asked for counts until then. */
  #judge(qos: QoS): void {
    if (qos <= this.#highest) return;
    for (const request of this.#requests.values()) if (qos <= request.qos) return;
    throw new PeerViolation('qos-above-granted');
  }

  #ask(filter: Filter): void {
    const connection = this.#connection;
    if (!connection) return;
    const { topicFilter } = filter;
    const qos = Math.max(...filter.subscriptions.map(({ options }) => options.qos)) as QoS;
    filter.known = true;
    const packetId = this.#request(SUBSCRIBE, filter, qos);
    connection.send(encodeSubscribeInto, { type: SUBSCRIBE, packetId, subscriptions: [{ topicFilter, qos }] });
  }

  #leave(filter: Filter): void {
    const { topicFilter, known } = filter;
    filter.granted = undefined;
    if (!known) this.#filters.delete(topicFilter);
    else if (this.#connection) {
      const packetId = this.#request(UNSUBSCRIBE, filter, 0);
      this.#connection.send(encodeUnsubscribeInto, { type: UNSUBSCRIBE, packetId, topicFilters: [topicFilter] });
    }
  }

  #request(type: number, filter: Filter, qos: QoS): number {
    const request = { type, filter, qos };
    const packetId = this.#ids.take(request);
    this.#requests.set(packetId, request);
    this.#onWork();
    return packetId;
  }
}

function tellGone({ onGone }: Filter): void {
  for (const gone of onGone.splice(0)) gone();
}
