/** First in, first out. Everything takes the same time however many there are. */
export class Fifo<Item> {
  #items: Item[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  /** The oldest one. */
  get first(): Item | undefined {
    return this.#items[this.#head];
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** Takes the oldest one out. */
  shift(): Item | undefined {
    const items = this.#items;
    const item = items[this.#head];
    // What is done makes half of a long list, or all of it: each item is moved once at most.
    if (this.size && (++this.#head === items.length || (this.#head > 1000 && this.#head * 2 > items.length))) {
      this.#items = items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
