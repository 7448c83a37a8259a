import { element } from './element.ts';

export interface VirtualListOptions<Item> {
  /** What the list is called for those who do not see it. */
  readonly label: string;
  /** Height of a row in pixels; all are alike. */
  readonly rowHeight: number;
  /** Stays the same for one thing while what is shown of it changes. */
  readonly key: (item: Item) => string;
  readonly row: (item: Item, index: number) => readonly (Node | undefined)[];
  readonly className?: (item: Item) => string;
  /** `asked` when a click or Enter chose it, not an arrow. */
  readonly choose: (item: Item, asked: boolean) => void;
}

/** Rows beyond the edges, so that a quick scroll does not show blanks. */
const SPARE = 8;

/**
 * A list of thousands with only the rows in the document that are seen. One Tab stop: the arrows, Page Up, Page Down, Home and End choose,
 * Enter goes to what was chosen.
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

  get chosen(): Item | undefined {
    return this.#items[this.#index()];
  }

  /** Shows these, in this order. What was chosen stays so while it is among them. */
  show(items: readonly Item[]): void {
    this.#items = items;
    this.box.style.setProperty('--rows', String(Math.max(1, items.length)));
    this.#space.style.height = `${items.length * this.#options.rowHeight}px`;
    this.#draw();
  }

  /** Marks the item without telling anybody, and brings it into view. */
  mark(item: Item): void {
    this.#chosen = this.#options.key(item);
    this.#reveal();
    this.#draw();
  }

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
    // What a screen reader is on has to be in the document.
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
