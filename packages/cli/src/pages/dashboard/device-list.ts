import { byId, element } from '../element.ts';
import { VirtualList } from '../virtual-list.ts';
import type { Device, Devices } from './device.ts';
import type { DeviceState } from './device-status.ts';

/** Pixels. The style sheet has the same number. */
const ROW_HEIGHT = 52;
const STATES: readonly DeviceState[] = [
  'known',
  'connecting',
  'connected',
  'registering',
  'assigned',
  'refused',
  'gone',
];

/** The list of devices, the newest on top, with a search and a filter by state. The counts are those of the devices found. */
export class DeviceList {
  readonly #list: VirtualList<Device>;
  readonly #search: HTMLInputElement = byId('search', HTMLInputElement);
  readonly #states: HTMLElement = byId('states', HTMLElement);
  readonly #tools: HTMLElement = byId('device-tools', HTMLElement);
  #devices: Devices | undefined;
  #state: DeviceState | 'all' = 'all';

  constructor(choose: (device: Device, asked: boolean) => void) {
    this.#list = new VirtualList<Device>(byId('devices', HTMLElement), {
      label: 'Devices',
      rowHeight: ROW_HEIGHT,
      key: ({ id }) => id,
      row: rowOf,
      choose,
    });
    this.#search.addEventListener('input', () => this.#draw());
  }

  show(devices: Devices): void {
    this.#devices = devices;
    this.#draw();
  }

  mark(device: Device): void {
    this.#list.mark(device);
  }

  focus(): void {
    this.#list.box.focus();
  }

  #draw(): void {
    const devices = this.#devices;
    if (devices === undefined) return;
    const word = this.#search.value.trim().toLowerCase();
    const found = [...devices.byId.values()]
      .filter(({ id, outcome }) => id.toLowerCase().includes(word) || outcome.toLowerCase().includes(word))
      .reverse();
    const counts = devices.counts(found);
    this.#tools.hidden = devices.byId.size === 0;
    this.#list.box.hidden = devices.byId.size === 0;
    this.#offer('all', found.length);
    for (const state of STATES) this.#offer(state, counts.get(state) ?? 0);
    this.#list.show(found.filter(({ state }) => this.#state === 'all' || state === this.#state));
  }

  /** Updates the button of a state. It is not made again, so it keeps the focus. */
  #offer(state: DeviceState | 'all', count: number): void {
    const button = this.#states.querySelector<HTMLButtonElement>(`button.${state}`) ?? this.#button(state);
    button.textContent = `${state} ${count}`;
    button.setAttribute('aria-pressed', String(state === this.#state));
    button.hidden = count === 0 && state !== 'all' && state !== this.#state;
  }

  #button(state: DeviceState | 'all'): HTMLButtonElement {
    const button = element('button', { type: 'button', class: state });
    button.addEventListener('click', () => {
      this.#state = state;
      this.#draw();
    });
    this.#states.append(button);
    return button;
  }
}

function rowOf({ id, state, outcome, time }: Device): readonly Node[] {
  return [
    element('span', { class: 'name', title: id }, id),
    element('span', { class: `state ${state}` }, state),
    element('span', { class: 'outcome', title: outcome }, hubOf(id, outcome) || '…'),
    element('time', {}, time === 0 ? '' : new Date(time).toLocaleTimeString('en-GB')),
  ];
}

/** `sensor-1 to hub.example (…)` without the id, which is already in the row. */
function hubOf(id: string, outcome: string): string {
  return outcome.startsWith(`${id} to `) ? outcome.slice(id.length + 4) : outcome;
}
