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

/**
 * Messages of QoS 0, 1 and 2 in both directions, over one connection after the other: what the standard calls the Session [4.1].
 *
 * @example
 * const delivery = new Delivery({
 *   window: 16,
 *   queue: { maxMessages: 1000, maxBytes: 1_048_576, whenFull: 'reject' },
 *   onWork: () => onMessage('something to flush'),
 *   onStoreFailure: (error) => console.error(error),
 *   onMessage: (packet) => onMessage(packet.topicName, packet.payload),
 * });
 * const connection: Connection = new Connection({
 *   clientId: 'sensor-17',
 *   keepAlive: 60,
 *   decoders: DELIVERY_DECODERS,
 *   onPacket: (packet) => (packet.type === CONNACK ? delivery.attach(connection, packet.sessionPresent, true, false) : delivery.onPacket(packet)),
 * });
 * connection.start();
 */
export class Delivery {
  /** Packet Identifiers in use, and what waits for each of them. */
  readonly ids: PacketIds<Waiting> = new PacketIds();
  /** Messages to the server. */
  readonly outbound: Outbound;
  /** Messages of the server. */
  readonly inbound: Inbound;
  readonly #onMessage: DeliveryOptions['onMessage'];

  constructor(options: DeliveryOptions) {
    const { store, onStoreFailure, onWork, onMessage } = options;
    const keep = storeCalls(store, onStoreFailure);
    this.#onMessage = onMessage;
    this.outbound = makeOutbound(options, this.ids, keep);
    this.inbound = makeInbound(onWork, keep);
  }

  /** What the store has, before the first connection. Throws `session-lost` for what we cannot have put there. */
  load(records: Iterable<readonly [key: string, bytes: Uint8Array]>): void {
    for (const [key, bytes] of [...records].sort(([one], [other]) => (one < other ? -1 : 1))) {
      const packet = packetOf(bytes);
      const [, sequence] = /^out-(\d{15})$/.exec(key) ?? [];
      if (packet?.type === PUBREC && key === `in-${packet.packetId}`) this.inbound.load(packet.packetId);
      else if (sequence && packet?.type === PUBREL)
        this.outbound.load(Number(sequence), { ...packet, qos: 2 }, undefined);
      else if (sequence && packet?.type === PUBLISH && packet.qos) this.outbound.load(Number(sequence), packet, packet);
      else throw new MqttError('session-lost', 'store', { reason: 'unreadable-record' });
    }
  }

  /**
   * `proceeds`: what is under way goes on as it was, whatever the server has kept. `doubtful`: the Session that is present may not
   * be the one that we know.
   */
  attach(connection: Connection, sessionPresent: boolean, proceeds: boolean, doubtful: boolean): void {
    this.inbound.attach(connection, sessionPresent, doubtful);
    this.outbound.attach(connection, proceeds);
  }

  /** The connection is lost. What is under way waits for the next `attach`. */
  detach(): void {
    this.inbound.detach();
    this.outbound.detach();
  }

  /** A packet of `DELIVERY_DECODERS`; others are not for us. */
  onPacket(packet: Packet): void {
    if (packet.type === PUBLISH) {
      const received = packet.qos ? this.inbound.receive(packet) : undefined;
      if (received || !packet.qos) this.#onMessage(packet, received);
    } else if (packet.type === PUBREL) this.inbound.onPubrel(packet.packetId);
    else if (packet.type === PUBACK || packet.type === PUBREC || packet.type === PUBCOMP)
      this.outbound.onAcknowledgement(packet);
  }
}

function packetOf(bytes: Uint8Array): Packet | undefined {
  try {
    return decodeOwn(DELIVERY_DECODERS, bytes);
  } catch {
    return undefined;
  }
}
