import { element } from './element.ts';

/** What a VirtualList needs to know about its items. */
export interface VirtualListOptions<Item> {
  /** The name of the list for screen readers. */
  readonly label: string;
  /** Height of each row in pixels. */
  readonly rowHeight: number;
  /** Identifies an item, also after its content has changed. */
  readonly key: (item: Item) => string;
  readonly row: (item: Item, index: number) => readonly (Node | undefined)[];
  readonly className?: (item: Item) => string;
  /** Called when an item is chosen. `asked`: by a click, Enter or the space bar, so its details should get the focus. */
  readonly choose: (item: Item, asked: boolean) => void;
}

/** Rows that are drawn above and below the visible ones, so that fast scrolling shows no empty space. */
const SPARE = 8;

/**
 * A list of thousands of items. Only the visible rows are in the document. Tab stops at it once: arrows, Page Up, Page Down, Home and End
 * choose an item, Enter goes to its details.
 */
export class VirtualList<Item> {
  readonly box: HTMLElement;
  readonly #options: VirtualListOptions<Item>;
  readonly #space: HTMLElement = element('div', { class: 'rows', role: 'presentation' });
  #items: readonly Item[] = [];
  #chosen: string | undefined;

  constructor(box: HTMLElement, options: VirtualListOptions<Item>) {
    this.box = box;
    this.#options = options;
    box.setAttribute('role', 'listbox');
    box.setAttribute('aria-label', options.label);
    box.tabIndex = 0;
    box.replaceChildren(this.#space);
    box.addEventListener('scroll', () => this.#draw(), { passive: true });
    box.addEventListener('keydown', (event) => this.#press(event));
    box.addEventListener('click', ({ target }) => {
      const row = target instanceof Element ? target.closest<HTMLElement>('[role=option]') : null;
      const item = row === null ? undefined : this.#items[Number(row.dataset['index'])];
      if (item !== undefined) this.choose(item, true);
    });
    new ResizeObserver(() => this.#draw()).observe(box);
  }

  /** The chosen item, if it is in the list. */
  get chosen(): Item | undefined {
    return this.#items[this.#index()];
  }

  /** Shows these items in this order. The chosen one stays chosen if it is among them. */
  show(items: readonly Item[]): void {
    this.#items = items;
    this.box.style.setProperty('--rows', String(Math.max(1, items.length)));
    this.#space.style.height = `${items.length * this.#options.rowHeight}px`;
    this.#draw();
  }

  /** Marks an item as chosen and scrolls to it, without calling `choose` of the options. */
  mark(item: Item): void {
    this.#chosen = this.#options.key(item);
    this.#reveal();
    this.#draw();
  }

  /** Marks an item as chosen, and calls `choose` of the options. */
  choose(item: Item, asked = false): void {
    this.mark(item);
    this.#options.choose(item, asked);
  }

  #index(): number {
    return this.#chosen === undefined ? -1 : this.#items.findIndex((item) => this.#options.key(item) === this.#chosen);
  }

  #press(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const at = this.#index();
    const page = Math.max(1, Math.floor(this.box.clientHeight / this.#options.rowHeight) - 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at < 0 ? 0 : at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: this.#items.length - 1,
      Enter: at,
      ' ': at,
    };
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const item = this.#items[Math.max(0, Math.min(this.#items.length - 1, to))];
    if (item !== undefined) this.choose(item, event.key === 'Enter' || event.key === ' ');
  }

  #reveal(): void {
    const at = this.#index();
    if (at < 0) return;
    const { rowHeight } = this.#options;
    const top = at * rowHeight;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    const bottom = top + rowHeight - this.box.clientHeight;
    if (bottom > this.box.scrollTop) this.box.scrollTop = bottom;
  }

  #draw(): void {
    const { rowHeight } = this.#options;
    const first = Math.max(0, Math.floor(this.box.scrollTop / rowHeight) - SPARE);
    const last = Math.min(
      this.#items.length,
      Math.ceil((this.box.scrollTop + this.box.clientHeight) / rowHeight) + SPARE,
    );
    const chosen = this.#index();
    const shown = this.#items.slice(first, last).map((item, index) => this.#row(item, first + index, chosen));
    // The chosen row stays in the document, also outside of the visible part: a screen reader may be reading it.
    const away = chosen >= 0 && (chosen < first || chosen >= last) ? this.#items[chosen] : undefined;
    if (away !== undefined) shown.push(this.#row(away, chosen, chosen));
    this.#space.replaceChildren(...shown);
    const active = this.#space.querySelector('[aria-selected=true]');
    if (active === null) this.box.removeAttribute('aria-activedescendant');
    else this.box.setAttribute('aria-activedescendant', active.id);
  }

  #row(item: Item, index: number, chosen: number): HTMLElement {
    const row = element(
      'div',
      {
        role: 'option',
        id: `${this.box.id}-${index}`,
        class: `row ${this.#options.className?.(item) ?? ''}`.trim(),
        'data-index': String(index),
        'aria-selected': String(index === chosen),
        'aria-posinset': String(index + 1),
        'aria-setsize': String(this.#items.length),
      },
      ...this.#options.row(item, index),
    );
    row.style.top = `${index * this.#options.rowHeight}px`;
    return row;
  }
}
