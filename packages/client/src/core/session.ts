import {
  CONNACK,
  CONNECT,
  type ConnectPacket,
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
  PUBACK,
  PUBLISH,
  type PublishPacket,
  SUBACK,
  SUBSCRIBE,
  type SubscribePacket,
} from '@mote/codec';
import { KeepAlive } from './keep-alive.ts';
import { PacketIds } from './packet-ids.ts';
import type { Message, SessionEvent, SessionFailure, SessionOptions } from './session-options.ts';

// One MQTT connection, CONNECT to DISCONNECT, for QoS 0 and 1.
// - Nothing is said before CONNACK but CONNECT, and nothing after DISCONNECT or the first violation: what the peer sent
//   behind a violation is not delivered [MQTT-4.8.0-1].
// - Bytes to send gather until `flush`, so that one turn is one write.

export class Session {
  readonly #options: SessionOptions;
  readonly #framer: Framer;
  readonly #ids = new PacketIds();
  readonly #keepAlive: KeepAlive;
  #phase: 'idle' | 'connecting' | 'open' | 'closed' = 'idle';
  #out: Uint8Array[] = [];
  #events: SessionEvent[] = [];

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#keepAlive = new KeepAlive(options.keepAlive, options.pingTimeoutMs);
    this.#framer = new Framer({ maxPacketSize: options.maxPacketSize ?? 262_144 });
  }

  get phase(): 'idle' | 'connecting' | 'open' | 'closed' {
    return this.#phase;
  }

  /** When to call `wake`, in the caller's milliseconds. Earlier or later calls do no harm. */
  get wakeAt(): number {
    return this.#phase === 'open' ? this.#keepAlive.wakeAt : Number.POSITIVE_INFINITY;
  }

  /** Queues CONNECT, with CleanSession 1 and no will. */
  start(now: number): void {
    if (this.#phase !== 'idle') throw new Error('a Session serves one connection');
    this.#phase = 'connecting';
    const { clientId, userName, password, keepAlive } = this.#options;
    const packet: ConnectPacket = {
      type: CONNECT,
      clientId,
      cleanSession: true,
      keepAlive,
      ...(userName === undefined ? {} : { userName }),
      ...(password === undefined ? {} : { password }),
    };
    this.#send(encodeConnect(packet), password === undefined ? packet : { ...packet, password: masked(password) }, now);
  }

  /** Returns the Packet Identifier that `subscribed` will carry. */
  subscribe(subscriptions: SubscribePacket['subscriptions'], now: number): number {
    this.#requireOpen();
    const packetId = this.#ids.take(SUBACK, subscriptions.length);
    const packet: SubscribePacket = { type: SUBSCRIBE, packetId, subscriptions };
    this.#send(encodeSubscribe(packet), packet, now);
    return packetId;
  }

  /** Returns the Packet Identifier that `published` will carry; undefined for QoS 0. */
  publish({ topicName, payload, qos }: Message, now: number): number | undefined {
    this.#requireOpen();
    const packetId = qos === 0 ? undefined : this.#ids.take(PUBACK, 1);
    const packet = { type: PUBLISH, topicName, payload, qos, retain: false, dup: false, packetId } as PublishPacket;
    this.#send(encodePublish(packet), packet, now);
    return packetId;
  }

  /** Queues DISCONNECT; nothing else is said or heard afterwards. */
  disconnect(now: number): void {
    this.#requireOpen();
    this.#send(encodeDisconnect(), { type: DISCONNECT }, now);
    this.#phase = 'closed';
  }

  /** Takes bytes as they come, cut anywhere. Never throws for what the peer sent. */
  receive(bytes: Uint8Array, now: number): readonly SessionEvent[] {
    try {
      if (this.#phase !== 'closed') this.#framer.push(bytes);
      while (this.#phase !== 'closed') {
        const frame = this.#framer.next();
        if (frame === undefined) break;
        this.#onFrame(frame, now);
      }
    } catch (cause) {
      this.#fail('protocol-violation', cause instanceof Error ? cause.message : String(cause), { cause });
    }
    return this.#drain();
  }

  /** Time has passed. */
  wake(now: number): readonly SessionEvent[] {
    const due = this.#phase === 'open' ? this.#keepAlive.due(now) : undefined;
    if (due === 'ping') this.#send(encodePingreq(), { type: PINGREQ }, now);
    else if (due === 'lost') this.#fail('connection-lost', `no PINGRESP within ${this.#keepAlive.timeoutMs} ms`);
    return this.#drain();
  }

  /** What is to be sent since the last call, as one piece. */
  flush(): Uint8Array | undefined {
    const pieces = this.#out;
    this.#out = [];
    if (pieces.length < 2) return pieces[0];
    const whole = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  #onFrame(frame: Frame, now: number): void {
    if (this.#phase === 'connecting' && frame.type === CONNACK) this.#onConnack(frame);
    else if (this.#phase !== 'open') this.#violation(`packet type ${frame.type} before CONNACK`);
    else if (frame.type === PUBLISH) this.#onPublish(frame, now);
    else if (frame.type === PUBACK) this.#onPuback(frame);
    else if (frame.type === SUBACK) this.#onSuback(frame);
    else if (frame.type === PINGRESP) this.#onPingresp(frame);
    else this.#violation(`packet type ${frame.type} is not for a client, or not now`);
  }

  #onConnack(frame: Frame): void {
    const packet = decodeConnack(frame);
    const { returnCode, sessionPresent } = packet;
    this.#trace('received', packet);
    if (returnCode !== 0) this.#fail('connection-refused', `CONNACK return code ${returnCode}`, { returnCode });
    else if (sessionPresent) this.#violation('CONNACK says Session Present after CleanSession 1 [MQTT-3.2.2-1]');
    else {
      this.#phase = 'open';
      this.#events.push({ type: 'connected' });
    }
  }

  #onPuback(frame: Frame): void {
    const packet = decodePuback(frame);
    const { packetId } = packet;
    this.#trace('received', packet);
    if (this.#acknowledged(PUBACK, packetId, 1)) this.#events.push({ type: 'published', packetId });
  }

  #onSuback(frame: Frame): void {
    const packet = decodeSuback(frame);
    const { packetId, returnCodes } = packet;
    this.#trace('received', packet);
    if (this.#acknowledged(SUBACK, packetId, returnCodes.length))
      this.#events.push({ type: 'subscribed', packetId, returnCodes });
  }

  #onPingresp(frame: Frame): void {
    this.#trace('received', decodePingresp(frame));
    this.#keepAlive.answered();
  }

  #onPublish(frame: Frame, now: number): void {
    const packet = decodePublish(frame);
    this.#trace('received', packet);
    // We never subscribe at 2, and the server never delivers above what it granted [MQTT-3.8.4-6].
    if (packet.qos === 2) this.#violation('PUBLISH with QoS 2, which nobody asked for');
    else {
      if (packet.qos === 1) this.#send(encodePuback(packet), { type: PUBACK, packetId: packet.packetId }, now);
      this.#events.push({ type: 'message', packet });
    }
  }

  /** False for an acknowledgement that came twice: late, but no harm. */
  #acknowledged(type: number, packetId: number, count: number): boolean {
    const verdict = this.#ids.release(type, packetId, count);
    if (verdict === 'wrong')
      this.#violation(`packet type ${type} acknowledges ${count} with identifier ${packetId}, which is not in flight`);
    return verdict === 'right';
  }

  #send(bytes: Uint8Array, packet: Packet, now: number): void {
    this.#trace('sent', packet);
    this.#out.push(bytes);
    this.#keepAlive.wrote(now);
  }

  #trace(direction: 'sent' | 'received', packet: Packet): void {
    this.#options.trace?.(direction, packet);
  }

  #violation(message: string): void {
    this.#fail('protocol-violation', message);
  }

  #fail(code: SessionFailure['code'], message: string, fields: Partial<SessionFailure> = {}): void {
    this.#phase = 'closed';
    this.#out = [];
    this.#events.push({ type: 'failed', failure: { code, message, ...fields } });
  }

  #drain(): readonly SessionEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #requireOpen(): void {
    if (this.#phase !== 'open') throw new Error(`the session is ${this.#phase}`);
  }
}

function masked(secret: Uint8Array): Uint8Array {
  return new Uint8Array(secret.length).fill(0x2a);
}
