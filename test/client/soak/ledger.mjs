/** Which numbers came, for each QoS. Outside of the heap, whose growth is measured. */
export class Ledger {
  #times = [0, 1, 2].map(() => new Uint8Array(1 << 20));
  #latest = [0, 0, 0];
  /** How many came, the second time counted too. */
  count = 0;
  /** How many came a second time. */
  twice = [0, 0, 0];
  /** Those that came for the first time after a larger one, each with that one. */
  late = [[], [], []];

  /** Returns whether the number came for the first time. */
  note(qos, number) {
    this.count++;
    const latest = this.#latest[qos];
    if (this.#times[qos][number]++) {
      this.twice[qos]++;
      return false;
    }
    if (number < latest) this.late[qos].push([number, latest]);
    else this.#latest[qos] = number;
    return true;
  }

  has(qos, number) {
    return this.#times[qos][number] > 0;
  }

  /** All that came. */
  *numbers(qos) {
    for (let number = 0; number <= this.#latest[qos]; number++) if (this.has(qos, number)) yield number;
  }
}

/** Whether what leaves a client is in the order in which it came in. */
export class Order {
  #waiting = [[], [], []];
  /** Those that left before an earlier one. */
  broken = [];

  came(qos, number) {
    this.#waiting[qos].push(number);
  }

  left(qos, number) {
    const first = this.#waiting[qos].shift();
    if (first !== number) this.broken.push(`${number} of QoS ${qos} left where ${first} was next`);
  }
}

/** How often one side of QoS 2 began with a message: by a PUBLISH that is not the same as one that is still under way. */
export class Exchanges {
  #underWay = new Map();
  #begun = new Uint8Array(1 << 20);
  /** Messages with which the side began twice. */
  repeated = 0;

  publish(packetId, number) {
    if (this.#underWay.get(packetId) === number) return;
    this.#underWay.set(packetId, number);
    if (this.#begun[number]++) this.repeated++;
  }

  /** The other side will know a PUBLISH with this identifier for another message from now on. */
  end(packetId) {
    this.#underWay.delete(packetId);
  }

  /** A new Session: what was under way is forgotten. */
  clear() {
    this.#underWay.clear();
  }
}
