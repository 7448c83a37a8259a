import { briefOf, matches } from '../../packets/brief.ts';
import { type InspectedPacket, type Verdict, verdictText } from '../../packets/inspected-packet.ts';
import { byId, element } from '../element.ts';
import { VirtualList } from '../virtual-list.ts';

/** Pixels. The style sheet has the same number. */
const ROW_HEIGHT = 30;
const VERDICTS: readonly (Verdict | 'all')[] = ['all', 'malformed', 'incomplete', 'valid'];
const MARKS: Readonly<Record<Verdict, string>> = { valid: '✓', incomplete: '…', malformed: '✖' };

interface Numbered {
  readonly packet: InspectedPacket;
  /** Number of the packet in the input, from 1 on. */
  readonly number: number;
}

/** The list of packets, with a search and filters by type and verdict. The keys `n` and `p` go to the malformed ones. */
export class PacketList {
  readonly #list: VirtualList<Numbered>;
  readonly #tools: HTMLElement = byId('tools', HTMLElement);
  readonly #search: HTMLInputElement = byId('search', HTMLInputElement);
  readonly #type: HTMLSelectElement = byId('type', HTMLSelectElement);
  readonly #verdicts: HTMLElement = byId('verdicts', HTMLElement);
  readonly #count: HTMLElement = byId('found', HTMLElement);
  readonly #next: HTMLButtonElement = byId('next-malformed', HTMLButtonElement);
  #all: readonly Numbered[] = [];
  #shown: readonly Numbered[] = [];
  #verdict: Verdict | 'all' = 'all';

  constructor(choose: (packet: InspectedPacket | undefined, asked: boolean) => void) {
    this.#list = new VirtualList<Numbered>(byId('list', HTMLElement), {
      label: 'Packets',
      rowHeight: ROW_HEIGHT,
      key: ({ number }) => String(number),
      className: ({ packet }) => packet.verdict,
      row: rowOf,
      choose: ({ packet }, asked) => choose(packet, asked),
    });
    this.#search.addEventListener('input', () => this.#filter());
    this.#type.addEventListener('change', () => this.#filter());
    this.#next.addEventListener('click', () => this.#step(1));
    this.#list.box.addEventListener('keydown', ({ key, altKey, ctrlKey, metaKey }) => {
      if (altKey || ctrlKey || metaKey) return;
      if (key === 'n') this.#step(1);
      if (key === 'p') this.#step(-1);
    });
  }

  /** The packets that are listed after search and filters. */
  get shown(): readonly InspectedPacket[] {
    return this.#shown.map(({ packet }) => packet);
  }

  /** Lists packets and chooses the first malformed one, or else the first. Search and filters are hidden for a single packet. */
  show(packets: readonly InspectedPacket[]): void {
    this.#all = packets.map((packet, index) => ({ packet, number: index + 1 }));
    this.#verdict = 'all';
    this.#search.value = '';
    this.#tools.hidden = packets.length < 2;
    this.#offerTypes();
    this.#filter();
    const first = this.#all.find(({ packet }) => packet.verdict === 'malformed') ?? this.#all[0];
    if (first !== undefined) this.#list.choose(first);
  }

  #offerTypes(): void {
    const counts = new Map<string, number>();
    for (const { packet } of this.#all) counts.set(packet.name, (counts.get(packet.name) ?? 0) + 1);
    const types = [...counts].map(([name, count]) => element('option', { value: name }, `${name} (${count})`));
    this.#type.replaceChildren(element('option', { value: '' }, 'every type'), ...types);
  }

  #filter(): void {
    const { value: type } = this.#type;
    const found = this.#all.filter(
      ({ packet }) => (type === '' || packet.name === type) && matches(packet, this.#search.value),
    );
    this.#shown = found.filter(({ packet }) => this.#verdict === 'all' || packet.verdict === this.#verdict);
    this.#verdicts.replaceChildren(...VERDICTS.map((verdict) => this.#button(verdict, found)));
    this.#count.textContent = `${this.#shown.length} of ${this.#all.length}`;
    this.#next.disabled = !this.#shown.some(({ packet }) => packet.verdict === 'malformed');
    this.#list.show(this.#shown);
  }

  #button(verdict: Verdict | 'all', found: readonly Numbered[]): HTMLElement {
    const count = verdict === 'all' ? found.length : found.filter(({ packet }) => packet.verdict === verdict).length;
    const pressed = String(verdict === this.#verdict);
    const button = element(
      'button',
      { type: 'button', class: verdict, 'aria-pressed': pressed },
      `${verdict} ${count}`,
    );
    button.addEventListener('click', () => {
      this.#verdict = verdict;
      this.#filter();
      this.#verdicts.querySelector<HTMLElement>(`.${verdict}`)?.focus();
    });
    return button;
  }

  /** Chooses the next (1) or previous (-1) malformed packet. After the last comes the first. */
  #step(by: 1 | -1): void {
    const malformed = this.#shown.filter(({ packet }) => packet.verdict === 'malformed');
    const now = this.#list.chosen?.number ?? 0;
    const next =
      by > 0
        ? (malformed.find(({ number }) => number > now) ?? malformed[0])
        : (malformed.filter(({ number }) => number < now).at(-1) ?? malformed.at(-1));
    if (next !== undefined) this.#list.choose(next);
  }
}

function rowOf({ packet, number }: Numbered): readonly (Node | undefined)[] {
  const { from, name, bytes, time, verdict } = packet;
  const arrow = from === undefined ? '' : from === 'device' ? '→' : '←';
  return [
    element('span', { class: 'number' }, String(number)),
    element('span', { class: `arrow ${from ?? ''}` }, arrow),
    element('strong', {}, name),
    element('span', { class: 'brief' }, briefOf(packet)),
    element('span', { class: 'size' }, `${bytes.length} B`),
    element('span', { class: 'time' }, time === undefined ? '' : (/\d\d:\d\d:\d\d[.\d]*/.exec(time)?.[0] ?? time)),
    element(
      'span',
      { class: 'mark', title: verdictText(packet) },
      MARKS[verdict],
      element('span', { class: 'unseen' }, ` ${verdict}`),
    ),
  ];
}
