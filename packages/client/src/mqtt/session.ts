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
import { type Connection, type ConnectionFailure, type Decoders, makeConnection, type Phase } from './connection.ts';
import { PacketIds } from './packet-ids.ts';
import { PeerViolation, refusePacketId } from './peer-violation.ts';
import type { Message, SessionEvent, SessionOptions } from './session-options.ts';

/** Of a packet that no server sends, or none that we have asked for, there is none. */
const DECODERS: Decoders = { [PUBLISH]: decodePublish, [PUBACK]: decodePuback, [SUBACK]: decodeSuback };
const NOTHING = new Uint8Array(0);

/**
 * A Connection with CleanSession 1 for QoS 0 and 1, which tells what comes as events.
 *
 * @deprecated Of the first version: MQTT's Session outlives connections. `Connection` carries one, and this goes with the next release.
 * @example
 * const session = new Session({ clientId: 'sensor-17', keepAlive: 60 });
 * session.start(0);
 * const bytes = session.flush();
 */
export class Session {
  readonly #connection: Connection;
  /** How many return codes come back for each Packet Identifier: none in a PUBACK. */
  readonly #ids = new PacketIds<number>();
  /** Type of the packet that came last. */
  #heard = 0;
  #pinged = false;
  #out: Uint8Array[] = [];
  #events: SessionEvent[] = [];

  constructor({ clientId, userName, password, keepAlive, pingTimeoutMs, maxPacketSize, trace }: SessionOptions) {
    this.#connection = makeConnection({
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

  /** How far the connection is. */
  get phase(): Phase {
    return this.#connection.phase();
  }

  /** When to call `wake`, in the caller's milliseconds. Earlier or later calls do no harm. */
  get wakeAt(): number {
    return this.#connection.wakeAt();
  }

  /** Queues CONNECT, with CleanSession 1 and no will. */
  start(now: number): void {
    if (this.phase !== 'idle') throw new Error('a Session serves one connection');
    this.#connection.start();
    this.#write(now);
  }

  /** Returns the Packet Identifier that `subscribed` will carry. */
  subscribe(subscriptions: SubscribePacket['subscriptions'], now: number): number {
    const packetId = this.#take(subscriptions.length);
    this.#connection.send(encodeSubscribeInto, { type: SUBSCRIBE, packetId, subscriptions });
    this.#write(now);
    return packetId;
  }

  /** Returns the Packet Identifier that `published` will carry; undefined for QoS 0. */
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

  /** Queues DISCONNECT; nothing else is said or heard afterwards. */
  disconnect(now: number): void {
    this.#connection.disconnect();
    this.#write(now);
  }

  /** Takes bytes as they come, cut anywhere. Never throws for what the peer sent. */
  receive(bytes: Uint8Array, now: number): readonly SessionEvent[] {
    return this.#turn(this.#connection.receive(bytes, now), now);
  }

  /** Time has passed. */
  wake(now: number): readonly SessionEvent[] {
    // Once it has failed it says so each time, and it was told.
    return this.#turn(this.phase === 'closed' ? undefined : this.#connection.wake(now), now);
  }

  /** What is to be sent since the last call, as one piece of memory that nobody else has: it may be transferred, or wiped. */
  flush(): Uint8Array | undefined {
    const pieces = this.#out;
    this.#out = [];
    // CONNECT is alone in its turn, so its password is not copied.
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
      // We never subscribe at 2, and the server never delivers above what it granted [MQTT-3.8.4-6].
      if (qos > 1) throw new PeerViolation('qos-above-granted');
      if (packetId) this.#connection.send(encodePubackInto, { type: PUBACK, packetId });
      this.#events.push({ type: 'message', packet });
    } else if (packet.type === SUBACK || packet.type === PUBACK) {
      const { packetId } = packet;
      const returnCodes = packet.type === SUBACK ? packet.returnCodes : [];
      const expected = this.#ids.get(packetId);
      // Given out before: acknowledged twice, as far as we can tell, and no harm.
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
    return this.#ids.take(returnCodes);
  }

  /** What is written counts from the call, not from `flush`. */
  #write(now: number): void {
    const bytes = this.#connection.flush(now);
    if (bytes) this.#out.push(bytes);
  }

  #turn(failure: ConnectionFailure | undefined, now: number): readonly SessionEvent[] {
    this.#write(now);
    // In the first version only our writes put the ping off, and nothing its deadline: the peer counts as heard for ever, or never.
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
