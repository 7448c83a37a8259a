interface Expected {
  readonly type: number;
  readonly count: number;
}

/** The Packet Identifiers in flight: one space for every kind of request [MQTT-2.3.1-2]. */
export class PacketIds {
  readonly #inFlight = new Map<number, Expected>();
  #next = 1;
  #highest = 0;

  /** An identifier that an acknowledgement of `type` with `count` return codes will free. */
  take(type: number, count: number): number {
    if (this.#inFlight.size === 65_535) throw new Error('all 65,535 Packet Identifiers are in flight');
    while (this.#inFlight.has(this.#next)) this.#step();
    const id = this.#next;
    this.#step();
    this.#highest = Math.max(this.#highest, id);
    this.#inFlight.set(id, { type, count });
    return id;
  }

  /** `late`: acknowledged before, as far as we can tell. `wrong`: nothing of ours, or not of this kind. */
  release(type: number, id: number, count: number): 'right' | 'late' | 'wrong' {
    const expected = this.#inFlight.get(id);
    if (expected === undefined) return id <= this.#highest ? 'late' : 'wrong';
    if (expected.type !== type || expected.count !== count) return 'wrong';
    this.#inFlight.delete(id);
    return 'right';
  }

  #step(): void {
    this.#next = this.#next === 65_535 ? 1 : this.#next + 1;
  }
}
