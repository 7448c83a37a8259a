/** Identifiers that messages leave free: so many requests of subscriptions may be under way. More of them wait. */
export const SPARE_IDS = 1000;

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

  /**
   * What waits under an identifier that the peer has sent. Undefined: it was in use earlier, in this process or in one before it that had
   * the same Session, or never. An acknowledgement of nothing does no harm.
   */
  get(packetId: number): Waiting | undefined {
    return this.#waiting.get(packetId);
  }

  /** The identifier is free again. */
  release(packetId: number): void {
    this.#waiting.delete(packetId);
  }
}
