import {
  CONNACK,
  CONNECT,
  type ConnackPacket,
  type ConnectPacket,
  DecodeError,
  DISCONNECT,
  decodeConnack,
  decodePingresp,
  decodePuback,
  decodePublish,
  decodeSuback,
  encodeConnect,
  encodeDisconnect,
  encodePingreq,
  encodePuback,
  encodePublish,
  encodeSubscribe,
  type Frame,
  Framer,
  type Packet,
  PINGREQ,
  PINGRESP,
  type PingrespPacket,
  PUBACK,
  PUBLISH,
  type PubackPacket,
  type PublishPacket,
  SUBACK,
  SUBSCRIBE,
  type SubackPacket,
  type SubscribePacket,
} from '@mote/codec';
import { quietly } from '../values.ts';
import type { Message, SessionEvent, SessionFailure, SessionOptions } from './session-options.ts';

// One MQTT connection, CONNECT to DISCONNECT, for QoS 0 and 1.
// - Nothing is said before CONNACK but CONNECT, and nothing after DISCONNECT or the first violation: what the peer sent
//   behind a violation is not delivered [MQTT-4.8.0-1].
// - Bytes to send gather until `flush`, so that one turn is one write.

/** @deprecated Of the first version: MQTT's Session outlives connections. `Connection` carries one, and this goes with the next release. */
export class Session {
  readonly #options: SessionOptions;
  readonly #framer: Framer;
  /** How many return codes come back for each Packet Identifier in flight [MQTT-2.3.1-2]: none in a PUBACK. */
  readonly #inFlight = new Map<number, number>();
  /** Packet Identifiers given out so far, or passed over. */
  #taken = 0;
  #phase: 'idle' | 'connecting' | 'open' | 'closed' = 'idle';
  #wroteAt = 0;
  /** When the PINGREQ left that has not been answered. */
  #pingedAt: number | undefined;
  /** The last PINGREQ went unanswered for so long that the machine must have slept. */
  #excused = false;
  #out: Uint8Array[] = [];
  #events: SessionEvent[] = [];

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#framer = new Framer(options);
  }

  get phase(): 'idle' | 'connecting' | 'open' | 'closed' {
    return this.#phase;
  }

  /** When to call `wake`, in the caller's milliseconds. Earlier or later calls do no harm. */
  get wakeAt(): number {
    const { keepAlive, pingTimeoutMs = Math.min(10_000, keepAlive * 1000) } = this.#options;
    if (this.#phase !== 'open') return Infinity;
    if (this.#pingedAt !== undefined) return this.#pingedAt + pingTimeoutMs;
    // From our last write alone [MQTT-3.1.2-23]: a peer that floods us cannot put the ping off. Three quarters: it must be on
    // its way before the time that the server was told is over.
    return this.#wroteAt + (keepAlive || Infinity) * 750;
  }

  /** Queues CONNECT, with CleanSession 1 and no will. */
  start(now: number): void {
    if (this.#phase !== 'idle') throw new Error('a Session serves one connection');
    this.#phase = 'connecting';
    const { clientId, userName, password, keepAlive } = this.#options;
    const packet: ConnectPacket = { type: CONNECT, clientId, cleanSession: true, keepAlive, userName, password };
    this.#send(encodeConnect, packet, now, { ...packet, password: password?.map(() => 0x2a) });
  }

  /** Returns the Packet Identifier that `subscribed` will carry. */
  subscribe(subscriptions: SubscribePacket['subscriptions'], now: number): number {
    const packetId = this.#take(subscriptions.length);
    this.#send(encodeSubscribe, { type: SUBSCRIBE, packetId, subscriptions }, now);
    return packetId;
  }

  /** Returns the Packet Identifier that `published` will carry; undefined for QoS 0. */
  publish({ topicName, payload, qos }: Message, now: number): number | undefined {
    this.#requireOpen();
    const packetId = qos === 0 ? undefined : this.#take(0);
    const packet = { type: PUBLISH, topicName, payload, qos, retain: false, dup: false, packetId } as PublishPacket;
    this.#send(encodePublish, packet, now);
    return packetId;
  }

  /** Queues DISCONNECT; nothing else is said or heard afterwards. */
  disconnect(now: number): void {
    this.#requireOpen();
    this.#send(encodeDisconnect, { type: DISCONNECT }, now);
    this.#phase = 'closed';
  }

  /** Takes bytes as they come, cut anywhere. Never throws for what the peer sent. */
  receive(bytes: Uint8Array, now: number): readonly SessionEvent[] {
    this.#events = [];
    try {
      if (this.#phase !== 'closed') this.#framer.push(bytes);
      while (this.#phase !== 'closed') {
        const frame = this.#framer.next();
        if (frame === undefined) break;
        this.#onFrame(frame, now);
      }
    } catch (cause) {
      // Anything else is a mistake of ours, or no memory: the peer is not to blame.
      if (!(cause instanceof DecodeError || cause instanceof PeerViolation)) throw cause;
      this.#fail('protocol-violation', cause.message, { cause });
    }
    return this.#events;
  }

  /** Time has passed. */
  wake(now: number): readonly SessionEvent[] {
    this.#events = [];
    const late = now - this.wakeAt;
    if (late >= 0) {
      const waited = this.#pingedAt !== undefined;
      // A timer more than a second late means that the machine slept or was stopped: the answer may lie unread in the
      // socket, so the link gets one more ping before it is judged.
      if (waited && (late <= 1000 || this.#excused)) this.#fail('connection-lost', 'PINGREQ was not answered');
      else {
        this.#excused = waited;
        this.#pingedAt = now;
        this.#send(encodePingreq, { type: PINGREQ }, now);
      }
    }
    return this.#events;
  }

  /** What is to be sent since the last call, as one piece of memory that nobody else has: it may be transferred, or wiped. */
  flush(): Uint8Array | undefined {
    const pieces = this.#out;
    if (pieces.length === 0) return undefined;
    this.#out = [];
    const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
      // The password of CONNECT stands in the copy alone.
      if (piece[0] === CONNECT << 4) piece.fill(0);
    }
    return bytes;
  }

  #onFrame(frame: Frame, now: number): void {
    const packet = DECODERS[frame.type]?.(frame);
    if (packet === undefined || this.#phase !== (packet.type === CONNACK ? 'connecting' : 'open'))
      throw new PeerViolation(`packet type ${frame.type} is not for us, or not now`);
    this.#trace('received', packet);
    if (packet.type === CONNACK) this.#onConnack(packet);
    else if (packet.type === PUBLISH) this.#onPublish(packet, now);
    // One that nobody asked for proves no less that the peer is there.
    else if (packet.type === PINGRESP) this.#pingedAt = undefined;
    else this.#onAcknowledgement(packet);
  }

  #onConnack({ returnCode, sessionPresent }: ConnackPacket): void {
    if (returnCode !== 0) this.#fail('connection-refused', `CONNACK return code ${returnCode}`, { returnCode });
    else if (sessionPresent) throw new PeerViolation('Session Present after CleanSession 1 [MQTT-3.2.2-1]');
    else {
      this.#phase = 'open';
      this.#events.push({ type: 'connected' });
    }
  }

  #onPublish(packet: PublishPacket, now: number): void {
    // We never subscribe at 2, and the server never delivers above what it granted [MQTT-3.8.4-6].
    if (packet.qos === 2) throw new PeerViolation('PUBLISH with QoS 2');
    if (packet.qos === 1) this.#send(encodePuback, { type: PUBACK, packetId: packet.packetId }, now);
    this.#events.push({ type: 'message', packet });
  }

  #onAcknowledgement(packet: PubackPacket | SubackPacket): void {
    const { type, packetId } = packet;
    const returnCodes = type === SUBACK ? packet.returnCodes : [];
    const expected = this.#inFlight.get(packetId);
    if (expected === returnCodes.length) {
      this.#inFlight.delete(packetId);
      this.#events.push(
        type === SUBACK ? { type: 'subscribed', packetId, returnCodes } : { type: 'published', packetId },
      );
    }
    // An identifier that was given out before is acknowledged twice, as far as we can tell: late, but no harm.
    else if (expected !== undefined || packetId > this.#taken)
      throw new PeerViolation(`packet type ${type} for ${packetId}, which is not in flight`);
  }

  #take(returnCodes: number): number {
    this.#requireOpen();
    if (this.#inFlight.size === 65_535) throw new Error('all 65,535 Packet Identifiers are in flight');
    let packetId: number;
    do packetId = (this.#taken++ % 65_535) + 1;
    while (this.#inFlight.has(packetId));
    this.#inFlight.set(packetId, returnCodes);
    return packetId;
  }

  #send<Sent extends Packet>(
    encode: (packet: Sent) => Uint8Array,
    packet: Sent,
    now: number,
    shown: Packet = packet,
  ): void {
    this.#out.push(encode(packet));
    this.#trace('sent', shown);
    this.#wroteAt = now;
  }

  /** An observer cannot end a connection. */
  #trace(direction: 'sent' | 'received', packet: Packet): void {
    quietly(() => this.#options.trace?.(direction, packet));
  }

  #fail(code: SessionFailure['code'], message: string, fields?: Partial<SessionFailure>): void {
    this.#phase = 'closed';
    this.#out = [];
    this.#events.push({ type: 'failed', failure: { code, message, ...fields } });
  }

  #requireOpen(): void {
    if (this.#phase !== 'open') throw new Error(`the session is ${this.#phase}`);
  }
}

/** The peer broke a rule that its bytes alone do not show. */
class PeerViolation extends Error {}

type Heard = ConnackPacket | PublishPacket | PubackPacket | SubackPacket | PingrespPacket;

/** Of a packet that no server sends, or none that we have asked for, there is none. */
const DECODERS: Readonly<Partial<Record<number, (frame: Frame) => Heard>>> = {
  [CONNACK]: decodeConnack,
  [PUBLISH]: decodePublish,
  [PUBACK]: decodePuback,
  [SUBACK]: decodeSuback,
  [PINGRESP]: decodePingresp,
};
