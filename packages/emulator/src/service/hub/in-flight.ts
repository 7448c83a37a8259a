import type { PublishPacket } from '@mote/codec';

/** Most bytes of payload that are kept for one device, so that a device that never acknowledges cannot fill the memory. */
const MOST_BYTES = 262_144;

/**
 * Answers and notices at QoS 1 that a device has not acknowledged, in their order. A session that goes on gets them again, with the
 * same identifiers [MQTT-4.4.0-1]. Cloud-to-device messages are in their queue and not here.
 */
export class InFlight {
  readonly #packets = new Map<number, PublishPacket>();
  #bytes = 0;

  add(packet: PublishPacket): void {
    if (packet.packetId === undefined) return;
    this.#packets.set(packet.packetId, packet);
    this.#bytes += packet.payload.length;
    for (const oldest of this.#packets.keys()) {
      if (this.#bytes <= MOST_BYTES) break;
      this.acknowledge(oldest);
    }
  }

  acknowledge(packetId: number): void {
    this.#bytes -= this.#packets.get(packetId)?.payload.length ?? 0;
    this.#packets.delete(packetId);
  }

  has(packetId: number): boolean {
    return this.#packets.has(packetId);
  }

  get all(): readonly PublishPacket[] {
    return [...this.#packets.values()];
  }

  clear(): void {
    this.#packets.clear();
    this.#bytes = 0;
  }
}
