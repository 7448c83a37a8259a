import {
  CONNACK,
  decodePuback,
  decodePublish,
  decodeSuback,
  encodePubackInto,
  encodePublishInto,
  encodeSubscribeInto,
  type Packet,
  PINGREQ,
  PINGRESP,
  PUBACK,
  PUBLISH,
  SUBACK,
  SUBSCRIBE,
  type SubscribePacket,
} from '@mote/codec';
import { quietly } from '../values.ts';
import { MqttConnection } from './connection.ts';
import type { Connection, ConnectionFailure, Decoders, Phase } from './connection-options.ts';
import { PacketIds } from './packet-ids.ts';
import { PeerViolation, refusePacketId } from './peer-violation.ts';
import type { Message, SessionEvent, SessionOptions } from './session-options.ts';

/** Decoders for the packets that we may get. All others are violations. */
const DECODERS: Decoders = { [PUBLISH]: decodePublish, [PUBACK]: decodePuback, [SUBACK]: decodeSuback };
const NOTHING = new Uint8Array(0);

/**
 * A Connection with CleanSession 1, for QoS 0 and 1. It returns events.
 *
 * @deprecated A class of the first version. A Session of MQTT outlives connections, and this one does not. The next release removes it.
 * @example
 * const session = new Session({ clientId: 'sensor-17', keepAlive: 60 });
 * session.start(0);
 * const bytes = session.flush();
 */
export class Session {
  readonly #connection: Connection;
  /** How many return codes the answer for each Packet Identifier has: a PUBACK has none. */
  readonly #ids = new PacketIds<number>();
  /** The highest Packet Identifier that was ever used. */
  #lastId = 0;
  /** Type of the last received packet. */
  #heard = 0;
  #pinged = false;
  #out: Uint8Array[] = [];
  #events: SessionEvent[] = [];

  constructor({ clientId, userName, password, keepAlive, pingTimeoutMs, maxPacketSize, trace }: SessionOptions) {
    this.#connection = new MqttConnection({
      clientId,
      userName,
      password,
      keepAlive,
      pingTimeoutMs,
      maxPacketSize,
      decoders: DECODERS,
      trace: (direction, packet) => {
        if (direction === 'received') this.#heard = packet.type;
        if (packet.type === PINGREQ || packet.type === PINGRESP) this.#pinged = packet.type === PINGREQ;
        // An observer cannot end a connection.
        quietly(() => trace?.(direction, packet));
      },
      onPacket: (packet) => this.#onPacket(packet),
    });
  }

  /** The phase of the connection. */
  get phase(): Phase {
    return this.#connection.phase();
  }

  /** When `wake` must be called, in milliseconds of the caller's clock. Calls that are too early or too late do no harm. */
  get wakeAt(): number {
    return this.#connection.wakeAt();
  }

  /** Queues CONNECT, with CleanSession 1 and no will. */
  start(now: number): void {
    if (this.phase !== 'idle') throw new Error('a Session serves one connection');
    this.#connection.start();
    this.#write(now);
  }

  /** Writes SUBSCRIBE. Returns its Packet Identifier, which the event `subscribed` has, too. */
  subscribe(subscriptions: SubscribePacket['subscriptions'], now: number): number {
    const packetId = this.#take(subscriptions.length);
    this.#connection.send(encodeSubscribeInto, { type: SUBSCRIBE, packetId, subscriptions });
    this.#write(now);
    return packetId;
  }

  /** Writes PUBLISH. Returns its Packet Identifier, which the event `published` has, too; undefined for QoS 0. */
  publish({ topicName, payload, qos }: Message, now: number): number | undefined {
    const fields = { type: PUBLISH, topicName, payload, retain: false, dup: false } as const;
    const packetId = qos ? this.#take(0) : undefined;
    this.#connection.send(
      encodePublishInto,
      packetId ? { ...fields, qos: 1, packetId } : { ...fields, qos: 0, packetId: undefined },
    );
    this.#write(now);
    return packetId;
  }

  /** Writes DISCONNECT. After it nothing is written or read. */
  disconnect(now: number): void {
    this.#connection.disconnect();
    this.#write(now);
  }

  /** Reads bytes of the peer, cut at any place. It never throws because of them. */
  receive(bytes: Uint8Array, now: number): readonly SessionEvent[] {
    return this.#turn(this.#connection.receive(bytes, now), now);
  }

  /** Time has passed. */
  wake(now: number): readonly SessionEvent[] {
    // A failed connection returns its failure each time, but the event was already returned.
    return this.#turn(this.phase === 'closed' ? undefined : this.#connection.wake(now), now);
  }

  /** Returns the bytes that were written since the last call, in one array that belongs to the caller: it may be transferred or wiped. */
  flush(): Uint8Array | undefined {
    const pieces = this.#out;
    this.#out = [];
    // CONNECT is the only packet of its turn, so its password is not copied here.
    if (pieces.length < 2) return pieces[0];
    const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }

  #onPacket(packet: Packet): void {
    if (packet.type === CONNACK) this.#events.push({ type: 'connected' });
    else if (packet.type === PUBLISH) {
      const { qos, packetId } = packet;
      // We never ask for QoS 2, and the server may not deliver above the granted QoS [MQTT-3.8.4-6].
      if (qos > 1) throw new PeerViolation('qos-above-granted');
      if (packetId) this.#connection.send(encodePubackInto, { type: PUBACK, packetId });
      this.#events.push({ type: 'message', packet });
    } else if (packet.type === SUBACK || packet.type === PUBACK) {
      const { packetId } = packet;
      const returnCodes = packet.type === SUBACK ? packet.returnCodes : [];
      if (packetId > this.#lastId) refusePacketId(packetId);
      const expected = this.#ids.get(packetId);
      // The identifier was used earlier, so this is a second acknowledgement, which does no harm.
      if (expected === undefined) return;
      if (expected !== returnCodes.length) refusePacketId(packetId);
      this.#ids.release(packetId);
      this.#events.push(
        packet.type === SUBACK ? { type: 'subscribed', packetId, returnCodes } : { type: 'published', packetId },
      );
    }
  }

  #take(returnCodes: number): number {
    if (this.phase !== 'open') throw new Error(`the session is ${this.phase}`);
    if (!this.#ids.free) throw new Error('all 65,535 Packet Identifiers are in flight');
    const packetId = this.#ids.take(returnCodes);
    this.#lastId = Math.max(this.#lastId, packetId);
    return packetId;
  }

  /** Takes the bytes from the connection, so that the ping counts from this time and not from `flush`. */
  #write(now: number): void {
    const bytes = this.#connection.flush(now);
    if (bytes) this.#out.push(bytes);
  }

  #turn(failure: ConnectionFailure | undefined, now: number): readonly SessionEvent[] {
    this.#write(now);
    // In the first version only our own writes put the ping off, and nothing put off the deadline of PINGRESP. An empty `receive` at the
    // time Infinity or 0 gives the connection this behaviour.
    this.#connection.receive(NOTHING, this.#pinged ? 0 : Infinity);
    const events = this.#events;
    this.#events = [];
    if (!failure) return events;
    const { code, returnCode, cause } = failure;
    this.#out = [];
    return [...events, { type: 'failed', failure: { code, message: this.#words(failure), returnCode, cause } }];
  }

  #words({ reason, returnCode, packetType, packetId, cause }: ConnectionFailure): string {
    switch (reason) {
      case 'connack-refused':
        return `CONNACK return code ${returnCode}`;
      case 'no-pingresp':
        return 'PINGREQ was not answered';
      case 'session-present':
        return 'Session Present after CleanSession 1 [MQTT-3.2.2-1]';
      case 'qos-above-granted':
        return 'PUBLISH with QoS 2';
      case 'unexpected-packet':
        return `packet type ${packetType} is not for us, or not now`;
      case 'unknown-packet-id':
        return `packet type ${this.#heard} for ${packetId}, which is not in flight`;
      default:
        return (cause as Error).message;
    }
  }
}
