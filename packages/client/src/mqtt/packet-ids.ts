import { refusePacketId } from './peer-violation.ts';

/** What waits for an acknowledgement, by Packet Identifier: one set for every kind of packet that has one [MQTT-2.3.1-2]. */
export class PacketIds<Waiting> {
  readonly #waiting = new Map<number, Waiting>();
  /** Identifiers given out so far, or passed over. */
  #taken = 0;

  /** How many of the 65,535 are not in use. */
  get free(): number {
    return 65_535 - this.#waiting.size;
  }

  /** An identifier that is not in use, for `keep`. There must be one. */
  next(): number {
    let packetId: number;
    do packetId = (this.#taken++ % 65_535) + 1;
    while (this.#waiting.has(packetId));
    return packetId;
  }

  /** Puts one in use, which `next` or an earlier run has given out. */
  keep(packetId: number, waiting: Waiting): void {
    this.#waiting.set(packetId, waiting);
    this.#taken = Math.max(this.#taken, packetId);
  }

  take(waiting: Waiting): number {
    const packetId = this.next();
    this.keep(packetId, waiting);
    return packetId;
  }

  /**
   * What waits under an identifier that the peer has named. Undefined for one that was in use before: an acknowledgement said
   * twice does no harm. One that was never given out is a violation.
   */
  get(packetId: number): Waiting | undefined {
    if (packetId > this.#taken) refusePacketId(packetId);
    return this.#waiting.get(packetId);
  }

  release(packetId: number): void {
    this.#waiting.delete(packetId);
  }
}
