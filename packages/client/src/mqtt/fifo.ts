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
    // What is done makes more than half of the list: at most one item is moved for each that was taken out.
    if (this.size && ++this.#head * 2 > items.length) {
      this.#items = items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
