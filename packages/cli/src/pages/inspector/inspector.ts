import { captureText } from '../../packets/capture-text.ts';
import { type InspectedPacket, inspect } from '../../packets/inspected-packet.ts';
import { readContent, readWords } from '../../packets/read-content.ts';
import type { Reading } from '../../packets/reading.ts';
import { codeList } from '../codes.ts';
import { byId, element } from '../element.ts';
import { packetView } from '../packet-view.ts';
import { save } from '../save.ts';
import { themeButton } from '../theme.ts';
import { EXAMPLES } from './examples.ts';
import { PacketList } from './packet-list.ts';
import { fragmentOf, textOf } from './share-link.ts';

/** Characters. Browsers and chat programs cut longer addresses. */
const MOST_OF_A_LINK = 32_000;

/** The page. It reads what is pasted, typed, opened or dropped in the same way as `mote inspect`, and shows each packet byte by byte. */
class Inspector {
  readonly #input: HTMLTextAreaElement = byId('bytes', HTMLTextAreaElement);
  readonly #summary: HTMLElement = byId('summary', HTMLElement);
  readonly #notes: HTMLElement = byId('notes', HTMLElement);
  readonly #details: HTMLElement = byId('details', HTMLElement);
  readonly #share: HTMLButtonElement = byId('share', HTMLButtonElement);
  readonly #list: PacketList = new PacketList((packet, asked) => this.#open(packet, asked));
  #packets: readonly InspectedPacket[] = [];
  #reading: Reading | undefined;
  #warned = false;

  constructor() {
    this.#input.addEventListener('input', () => {
      this.#grow();
      this.#read('', () => readWords(this.#input.value));
    });
    this.#share.addEventListener('click', () => void this.#copyLink());
    byId('export', HTMLButtonElement).addEventListener('click', () =>
      save('packets.jsonl', captureText(this.#list.shown)),
    );
  }

  write(text: string): void {
    this.#input.value = text;
    this.#grow();
    this.#read('', () => readWords(text));
  }

  async take(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    const content = new Uint8Array(await file.arrayBuffer());
    this.#input.value = '';
    this.#grow();
    this.#read(`${file.name}: `, () => readContent(content));
  }

  #read(name: string, read: () => Reading): void {
    this.#warned = false;
    this.#share.textContent = 'Copy link';
    const { reading, problem } = name === '' && this.#input.value.trim() === '' ? {} : attempted(read);
    this.#reading = reading;
    this.#packets = reading === undefined ? [] : inspect(reading.pieces);
    this.#input.setAttribute('aria-invalid', String(problem !== undefined));
    this.#summary.className = problem === undefined ? '' : 'problem';
    this.#summary.textContent =
      problem === undefined ? `${name}${summaryOf(this.#packets)}` : `${name}Cannot read this: ${problem}.`;
    this.#notes.replaceChildren(...(reading?.notes ?? []).map((note) => element('li', {}, note)));
    this.#details.replaceChildren();
    this.#list.show(this.#packets);
    this.#share.disabled = this.#packets.length === 0;
  }

  #open(packet: InspectedPacket | undefined, asked: boolean): void {
    this.#details.replaceChildren(...(packet === undefined ? [] : [packetView(packet)]));
    const heading = this.#details.querySelector<HTMLElement>('h2');
    if (!asked || heading === null) return;
    heading.focus({ preventScroll: true });
    const { top, bottom } = heading.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight) this.#details.scrollIntoView({ block: 'start' });
  }

  #grow(): void {
    const { value } = this.#input;
    const lines = value.length > 10_000 ? 12 : Math.ceil(value.length / 90) + value.split('\n').length - 1;
    this.#input.rows = Math.min(6, Math.max(3, lines));
  }

  /** Copies a link to what is shown. If that holds a password, the first press only warns. */
  async #copyLink(): Promise<void> {
    const secret = this.#packets.some(({ fields }) =>
      fields.some(({ tone, start, end }) => tone === 'secret' && end > start),
    );
    if (secret && !this.#warned) {
      this.#warned = true;
      this.#share.textContent = 'Copy it all the same';
      this.#summary.textContent = 'The packet holds a password, and so would the link.';
      return;
    }
    const text = this.#input.value.trim() === '' ? captureText(this.#reading?.pieces ?? []) : this.#input.value;
    if (text.length > MOST_OF_A_LINK) {
      this.#summary.textContent = 'That is too much for a link. "Save as a capture" makes a file of it.';
      return;
    }
    history.replaceState(null, '', fragmentOf(text));
    await navigator.clipboard?.writeText(location.href).then(
      () => {
        this.#share.textContent = 'Copied';
      },
      () => {
        this.#share.textContent = 'The link is in the address bar';
      },
    );
  }
}

function attempted(read: () => Reading): { reading?: Reading; problem?: string } {
  try {
    return { reading: read() };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

function summaryOf(found: readonly InspectedPacket[]): string {
  if (found.length === 0) return 'Paste bytes, open or drop a file, or take an example.';
  const count = (wanted: InspectedPacket['verdict']) => found.filter(({ verdict }) => verdict === wanted).length;
  const bad = (['malformed', 'incomplete'] as const).filter((verdict) => count(verdict) > 0);
  const packets = found.length === 1 ? '1 packet' : `${found.length} packets`;
  return `${packets}, ${bad.length === 0 ? 'all valid' : bad.map((verdict) => `${count(verdict)} ${verdict}`).join(', ')}.`;
}

const inspector = new Inspector();
for (const { name, text } of EXAMPLES) {
  const button = element('button', { type: 'button' }, name);
  button.addEventListener('click', () => inspector.write(text));
  byId('examples', HTMLElement).append(button);
}
themeButton(byId('theme', HTMLButtonElement));
const file = byId('file', HTMLInputElement);
file.addEventListener('change', () => void inspector.take(file.files?.[0]).then(() => (file.value = '')));
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  void inspector.take(event.dataTransfer?.files[0]);
});
addEventListener('hashchange', () => {
  const text = textOf(location.hash);
  if (text !== undefined) inspector.write(text);
});
inspector.write(textOf(location.hash) ?? '');
codeList(byId('codes', HTMLDetailsElement));
