import {
  decodePuback,
  decodePublish,
  decodeSuback,
  decodeUtf8,
  encodePubackInto,
  encodePublishInto,
  encodeSubscribeInto,
  encodeUtf8,
  type Packet,
  PUBACK,
  PUBLISH,
  type PublishPacket,
  SUBACK,
  SUBSCRIBE,
  type SubackPacket,
} from '@mote/codec';
import { RESPONSE_FILTER, userName } from '../azure/dps.ts';
import { Connection, type ConnectionFailure, type Decoders } from '../mqtt/connection.ts';
import { PacketIds } from '../mqtt/packet-ids.ts';
import { PeerViolation } from '../mqtt/peer-violation.ts';
import type { RegistrationOptions } from './registration-options.ts';
import type { SecretMask } from './secret-mask.ts';

// MQTT with the service on one network connection: CONNECT, one subscription for every answer, questions at QoS 1.
// - Answers at QoS 1 are acknowledged here, whether anybody waits for them or not.
// - An acknowledgement has to be for something that was sent, by identifier and packet type; said twice, it does no harm.

export interface ServiceEvents {
  /** CONNACK with return code 0. */
  accepted(): void;
  /** SUBACK. `granted` is false for return code 0x80. */
  subscribed(granted: boolean): void;
  answer(packet: PublishPacket): void;
}

const DECODERS: Decoders = { [SUBACK]: decodeSuback, [PUBACK]: decodePuback, [PUBLISH]: decodePublish };

export class ServiceConnection {
  readonly #connection: Connection;
  readonly #events: ServiceEvents;
  /** Packet types of the acknowledgements that are waited for. */
  readonly #ids: PacketIds<typeof SUBACK | typeof PUBACK> = new PacketIds();

  /** `password` is the SAS token, if there is one. What is traced has our secrets masked. Queues CONNECT. */
  constructor(options: RegistrationOptions, password: string | undefined, mask: SecretMask, events: ServiceEvents) {
    const { registrationId, keepAlive = 30, trace } = options;
    if (password !== undefined) mask.addToken(password);
    this.#events = events;
    this.#connection = new Connection({
      clientId: registrationId,
      userName: userName(options),
      password: password === undefined ? undefined : encodeUtf8(password),
      keepAlive,
      decoders: DECODERS,
      onPacket: (packet) => this.#onPacket(packet),
      trace: trace && ((direction, packet) => trace(direction, masked(packet, mask))),
    });
    this.#connection.start();
  }

  /** When to call `wake`. */
  get wakeAt(): number {
    return this.#connection.wakeAt;
  }

  receive(bytes: Uint8Array, now: number): ConnectionFailure | undefined {
    return this.#connection.receive(bytes, now);
  }

  wake(now: number): ConnectionFailure | undefined {
    return this.#connection.wake(now);
  }

  /** Asks for everything that the service answers. */
  subscribe(): void {
    const subscriptions = [{ topicFilter: RESPONSE_FILTER, qos: 1 }] as const;
    this.#connection.send(encodeSubscribeInto, { type: SUBSCRIBE, packetId: this.#ids.take(SUBACK), subscriptions });
  }

  ask(topicName: string, body: string): void {
    const payload = encodeUtf8(body)!;
    const packetId = this.#ids.take(PUBACK);
    const packet = { type: PUBLISH, topicName, payload, qos: 1, retain: false, dup: false, packetId } as const;
    this.#connection.send(encodePublishInto, packet);
  }

  /** Queues DISCONNECT where it may be said. */
  close(): void {
    if (this.#connection.phase === 'open') this.#connection.disconnect();
  }

  /** What is to be sent since the last call, as memory of its own: it may be transferred, or wiped. */
  flush(now: number): Uint8Array | undefined {
    const written = this.#connection.flush(now);
    const bytes = written?.slice();
    // The password of CONNECT stands in the copy alone.
    written?.fill(0);
    return bytes;
  }

  #onPacket(packet: Packet): void {
    if (packet.type === PUBLISH) this.#onPublish(packet);
    else if (packet.type === SUBACK) this.#onSuback(packet);
    else if (packet.type === PUBACK) this.#acknowledged(PUBACK, packet.packetId);
    else this.#events.accepted();
  }

  #onPublish(packet: PublishPacket): void {
    // We never subscribe at 2, and the server never delivers above what it granted [MQTT-3.8.4-6].
    if (packet.qos === 2) throw new PeerViolation('qos-above-granted', { packetType: PUBLISH });
    if (packet.qos === 1) this.#connection.send(encodePubackInto, { type: PUBACK, packetId: packet.packetId });
    this.#events.answer(packet);
  }

  #onSuback({ packetId, returnCodes }: SubackPacket): void {
    if (returnCodes.length > 1) throw new PeerViolation('suback-count', { packetType: SUBACK, packetId });
    if (!this.#acknowledged(SUBACK, packetId)) return;
    if (returnCodes[0] === 2) throw new PeerViolation('qos-above-granted', { packetType: SUBACK, packetId });
    this.#events.subscribed(returnCodes[0] !== 0x80);
  }

  /** True when it was waited for, false when it came before. */
  #acknowledged(packetType: typeof SUBACK | typeof PUBACK, packetId: number): boolean {
    const waiting = this.#ids.get(packetId);
    if (waiting !== undefined && waiting !== packetType)
      throw new PeerViolation('unknown-packet-id', { packetType, packetId });
    this.#ids.release(packetId);
    return waiting !== undefined;
  }
}

function masked(packet: Packet, mask: SecretMask): Packet {
  if (packet.type !== PUBLISH) return packet;
  const clear = decodeUtf8(packet.payload);
  const payload = (clear === undefined ? undefined : encodeUtf8(mask.text(clear))) ?? mask.bytes(packet.payload);
  return { ...packet, topicName: mask.text(packet.topicName), payload };
}
