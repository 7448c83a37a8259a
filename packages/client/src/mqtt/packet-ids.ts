import { refusePacketId } from './peer-violation.ts';

/**
 * What waits for an acknowledgement, by Packet Identifier. PUBLISH, SUBSCRIBE and UNSUBSCRIBE share one set of identifiers
 * [MQTT-2.3.1-2].
 */
export class PacketIds<Waiting> {
  readonly #waiting = new Map<number, Waiting>();
  /** How many identifiers were used or skipped so far. */
  #taken = 0;

  /** How many of the 65,535 identifiers are not in use. */
  get free(): number {
    return 65_535 - this.#waiting.size;
  }

  /** Marks an identifier of an earlier run as used. */
  keep(packetId: number, waiting: Waiting): void {
    this.#waiting.set(packetId, waiting);
    this.#taken = Math.max(this.#taken, packetId);
  }

  /** Returns an identifier that was not in use, and is now. The caller has checked that there is one. */
  take(waiting: Waiting): number {
    let packetId: number;
    do packetId = (this.#taken++ % 65_535) + 1;
    while (this.#waiting.has(packetId));
    this.#waiting.set(packetId, waiting);
    return packetId;
  }

  /** What waits under an identifier. */
  get(packetId: number): Waiting | undefined {
    return this.#waiting.get(packetId);
  }

  /**
   * The same for the answer to a request. Undefined for one that was in use earlier: a second answer does no harm. Throws a PeerViolation
   * for one that was never used.
   */
  asked(packetId: number): Waiting | undefined {
    if (packetId > this.#taken) refusePacketId(packetId);
    return this.get(packetId);
  }

  /** The identifier is free again. */
  release(packetId: number): void {
    this.#waiting.delete(packetId);
  }
}
