/** First in, first out. Everything takes the same time however many there are. */
export interface Fifo<Item> {
  readonly size: number;
  /** The oldest one. */
  readonly first: Item | undefined;
  push(item: Item): void;
  /** Takes the oldest one out. */
  shift(): Item | undefined;
}

export function fifo<Item>(): Fifo<Item> {
  let items: Item[] = [];
  let head = 0;
  return {
    get size() {
      return items.length - head;
    },
    get first() {
      return items[head];
    },
    push: (item) => void items.push(item),
    shift() {
      const item = items[head];
      // What is done makes half of a long list, or all of it: each item is moved once at most.
      if (head < items.length && (++head === items.length || (head > 1000 && head * 2 > items.length))) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
  };
}
