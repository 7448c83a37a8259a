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
  type PublishPacket,
} from '@mote/codec';
import { type Connection, type Decoders, decodeOwn } from './connection.ts';
import { MqttError } from './error.ts';
import { type Inbound, makeInbound, type Received } from './inbound.ts';
import { makeOutbound } from './outbound.ts';
import type { Outbound, OutboundOptions, Waiting } from './outgoing.ts';
import { PacketIds } from './packet-ids.ts';
import { storeCalls } from './store-calls.ts';

// One Session of MQTT over many connections: the sender's half, the receiver's half, and the identifiers that they share
// with every other request.
// - `attach` begins a connection that was accepted, `detach` ends it. In between the Session waits.
// - In the store, `out-N` is a PUBLISH that was not acknowledged or the PUBREL that has taken its place, N in the order of
//   `publish`; `in-N` is the PUBREC of a message of QoS 2 with identifier N that the application has.

/** For the Connection: the packets that a Session knows. */
export const DELIVERY_DECODERS: Decoders = {
  [PUBLISH]: decodePublish,
  [PUBACK]: decodePuback,
  [PUBREC]: decodePubrec,
  [PUBREL]: decodePubrel,
  [PUBCOMP]: decodePubcomp,
};

/** What a Delivery is made with. */
export interface DeliveryOptions extends OutboundOptions {
  /** A message of the server. `received` is to be given to `acknowledge` when the application is done; QoS 0 has none. */
  readonly onMessage: (packet: PublishPacket, received: Received | undefined) => void;
}

export interface Delivery {
  /** Packet Identifiers in use, and what waits for each of them. */
  readonly ids: PacketIds<Waiting>;
  /** Messages to the server. */
  readonly outbound: Outbound;
  /** Messages of the server. */
  readonly inbound: Inbound;
  /** What the store has, before the first connection. Throws `session-lost` for what we cannot have put there. */
  load(records: Records): void;
  /**
   * `proceeds`: what is under way goes on as it was, whatever the server has kept. `doubtful`: the Session that is present may not
   * be the one that we know.
   */
  attach(connection: Connection, sessionPresent: boolean, proceeds: boolean, doubtful: boolean): void;
  /** The connection is lost. What is under way waits for the next `attach`. */
  detach(): void;
  /** A packet of `DELIVERY_DECODERS`; others are not for us. */
  onPacket(packet: Packet): void;
}

type Records = Iterable<readonly [key: string, bytes: Uint8Array]>;

/** Both halves without subscriptions, for who finds the receiver of a message himself. */
export function makeDelivery(options: DeliveryOptions): Delivery {
  const { store, onStoreFailure, onWork, onMessage } = options;
  const ids: PacketIds<Waiting> = new PacketIds();
  const keep = storeCalls(store, onStoreFailure);
  const outbound = makeOutbound(options, ids, keep);
  const inbound = makeInbound(onWork, keep);
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
    onPacket: (packet) => takePacket(packet, inbound, outbound, onMessage),
  };
}

/** Reads what a store has into both halves, in the order of its keys, which is that of `publish`. Throws for what no run of ours has put. */
export function loadRecords(records: Records, inbound: Inbound, outbound: Outbound): void {
  for (const [key, bytes] of [...records].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const packet = decodeOwn(DELIVERY_DECODERS, bytes);
    const [, sequence] = /^out-(\d{15})$/.exec(key) ?? [];
    if (packet?.type === PUBREC && key === `in-${packet.packetId}`) inbound.load(packet.packetId);
    else if (sequence && packet?.type === PUBREL) outbound.load(Number(sequence), { ...packet, qos: 2 });
    else if (sequence && packet?.type === PUBLISH && packet.qos) outbound.load(Number(sequence), packet, packet);
    else throw new Error(key);
  }
}

/** A store may give anything: no list, no pairs, no bytes, or bytes of somebody else. */
export function unreadable(cause: unknown): MqttError {
  return new MqttError('session-lost', 'store', { cause, reason: 'unreadable-record' });
}

/** Gives a packet to the half that it belongs to, and a message that is new to `onMessage`. */
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
  else if (packet.type === PUBACK || packet.type === PUBREC || packet.type === PUBCOMP)
    outbound.onAcknowledgement(packet);
}
