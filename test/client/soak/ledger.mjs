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

  note(qos, number) {
    this.count++;
    const latest = this.#latest[qos];
    if (this.#times[qos][number]++) this.twice[qos]++;
    else if (number < latest) this.late[qos].push([number, latest]);
    else this.#latest[qos] = number;
  }

  has(qos, number) {
    return this.#times[qos][number] > 0;
  }

  /** All that came. */
  *numbers(qos) {
    for (let number = 0; number <= this.#latest[qos]; number++) if (this.has(qos, number)) yield number;
  }
}
