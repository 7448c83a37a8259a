import { element } from '../element.ts';
import type { Device } from './device.ts';

/** The devices, the newest on top, as buttons that stay where they are while their text changes. */
export class DeviceList {
  readonly #list: HTMLElement;
  readonly #select: (id: string) => void;
  readonly #rows = new Map<string, HTMLButtonElement>();
  #selected: string | undefined;

  constructor(list: HTMLElement, select: (id: string) => void) {
    this.#list = list;
    this.#select = select;
  }

  show(device: Device): void {
    const { id, state, outcome, notices } = device;
    const time = new Date(notices.at(-1)?.time ?? 0).toLocaleTimeString('en-GB');
    this.#row(id).replaceChildren(
      element('span', { class: 'name' }, id),
      element('span', { class: `state ${state}` }, state),
      element('span', { class: 'outcome' }, outcome || '…'),
      element('time', {}, time),
    );
  }

  select(id: string): void {
    if (this.#selected !== undefined) this.#rows.get(this.#selected)?.removeAttribute('aria-current');
    this.#selected = id;
    this.#rows.get(id)?.setAttribute('aria-current', 'true');
  }

  /** Takes out those that are no longer kept. */
  prune(kept: ReadonlyMap<string, unknown>): void {
    for (const [id, row] of this.#rows) {
      if (kept.has(id) || id === this.#selected) continue;
      row.parentElement?.remove();
      this.#rows.delete(id);
    }
  }

  #row(id: string): HTMLButtonElement {
    const known = this.#rows.get(id);
    if (known !== undefined) return known;
    const row = element('button', { type: 'button', class: 'device' });
    row.addEventListener('click', () => this.#select(id));
    this.#rows.set(id, row);
    this.#list.prepend(element('li', {}, row));
    return row;
  }
}
