import {
  decodePuback,
  decodePubcomp,
  decodePublish,
  decodePubrec,
  decodePubrel,
  type Packet,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  type PubackPacket,
  type PubcompPacket,
  type PublishPacket,
  type PubrecPacket,
} from '@mote/codec';
import { decodeOwn } from './connection.ts';
import type { Connection, Decoders } from './connection-options.ts';
import { MqttError } from './error.ts';
import { type Inbound, makeInbound, type Received } from './inbound.ts';
import { makeOutbound } from './outbound.ts';
import type { Outbound, OutboundOptions, Waiting } from './outgoing.ts';
import { PacketIds } from './packet-ids.ts';
import { storeCaller } from './store-calls.ts';

// One MQTT Session over many connections: the sender's half, the receiver's half, and the Packet Identifiers that they share with all
// other requests.
// - `attach` is called when a connection was accepted, `detach` when it is lost. In between, packets are sent and received.
// - Keys in the store: `out-N` is a PUBLISH that is not acknowledged, or the PUBREL that replaces it; N counts in the order of `publish`.
//   `in-N` is the PUBREC for a message of QoS 2 with Packet Identifier N, which the application has already got.

/** Decoders for the packets of both halves. */
export const DELIVERY_DECODERS: Decoders = {
  [PUBLISH]: decodePublish,
  [PUBACK]: decodePuback,
  [PUBREC]: decodePubrec,
  [PUBREL]: decodePubrel,
  [PUBCOMP]: decodePubcomp,
};

/** Options of a Delivery. */
export interface DeliveryOptions extends OutboundOptions {
  /** Called with each new message. When the application is done, give `received` to `acknowledge`. It is undefined with QoS 0. */
  readonly onMessage: (packet: PublishPacket, received: Received | undefined) => void;
}

/** Both halves of a Session. */
export interface Delivery {
  /** Packet Identifiers in use, and what waits for each of them. */
  readonly ids: PacketIds<Waiting>;
  /** Messages to the server. */
  readonly outbound: Outbound;
  /** Messages of the server. */
  readonly inbound: Inbound;
  /** Reads the records of the store, before the first connection. Throws `session-lost` if one of them cannot be ours. */
  load(records: Records): void;
  /**
   * A connection was accepted. `proceeds`: packets are sent again with the same identifiers, even if the server has lost its half.
   * `doubtful`: the Session of the server may be another one than ours.
   */
  attach(connection: Connection, sessionPresent: boolean, proceeds: boolean, doubtful: boolean): void;
  /** The connection is lost. Everything that is under way waits for the next `attach`. */
  detach(): void;
  /** Handles a packet of `DELIVERY_DECODERS`. Others are ignored. */
  onPacket(packet: Packet): void;
}

type Records = Iterable<readonly [key: string, bytes: Uint8Array]>;

/** Makes both halves without subscriptions, for callers that find the receiver of a message themselves. */
export function makeDelivery(options: DeliveryOptions): Delivery {
  const { store, onStoreFailure, onWork, onMessage } = options;
  const ids: PacketIds<Waiting> = new PacketIds();
  const callStore = storeCaller(store, onStoreFailure);
  const outbound = makeOutbound(options, ids, callStore);
  const inbound = makeInbound(onWork, callStore);
  return {
    ids,
    outbound,
    inbound,
    load(records) {
      try {
        loadRecords(records, inbound, outbound);
      } catch (cause) {
        throw unreadable(cause);
      }
    },
    attach(connection, sessionPresent, proceeds, doubtful) {
      inbound.attach(connection, sessionPresent, doubtful);
      outbound.attach(connection, proceeds);
    },
    detach() {
      inbound.detach();
      outbound.detach();
    },
    onPacket(packet) {
      if (DELIVERY_DECODERS[packet.type]) takePacket(packet, inbound, outbound, onMessage);
    },
  };
}

/**
 * Reads the records of a store into both halves. Sorted by key they are in the order of `publish`. Throws if a record is none that this
 * code could have written.
 */
export function loadRecords(records: Records, inbound: Inbound, outbound: Outbound): void {
  for (const [key, bytes] of [...records].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const packet = decodeOwn(DELIVERY_DECODERS, bytes);
    const sequence = /^out-(\d{15})$/.exec(key)?.[1];
    if (packet?.type === PUBREC && key === `in-${packet.packetId}`) inbound.load(packet.packetId);
    else if (sequence && packet?.type === PUBREL) outbound.load(Number(sequence), { ...packet, qos: 2 });
    else if (sequence && packet?.type === PUBLISH && packet.qos) outbound.load(Number(sequence), packet);
    else throw new Error(key);
  }
}

/** The error for records that cannot be read. A store of the caller's may return anything. */
export function unreadable(cause: unknown): MqttError {
  return new MqttError('session-lost', 'store', { cause, reason: 'unreadable-record' });
}

/**
 * Gives a packet of `DELIVERY_DECODERS` to its half, and each message to `onMessage`, except one of QoS 2 that the application has already
 * got.
 */
export function takePacket(
  packet: Packet,
  inbound: Inbound,
  outbound: Outbound,
  onMessage: DeliveryOptions['onMessage'],
): void {
  if (packet.type === PUBLISH) {
    const received = packet.qos ? inbound.receive(packet) : undefined;
    if (received || !packet.qos) onMessage(packet, received);
  } else if (packet.type === PUBREL) inbound.onPubrel(packet.packetId);
  else outbound.onAcknowledgement(packet as PubackPacket | PubrecPacket | PubcompPacket);
}
