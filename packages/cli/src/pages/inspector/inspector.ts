import { hexOf } from '../../packets/hex.ts';
import { type InspectedPacket, inspect } from '../../packets/inspected-packet.ts';
import { readWords } from '../../packets/read-content.ts';
import { byId, element } from '../element.ts';
import { packetView } from '../packet-view.ts';
import { themeButton } from '../theme.ts';
import { EXAMPLES } from './examples.ts';
import { fragmentOf, textOf } from './share-link.ts';

/** More than a screen can hold; a capture of hours must not stop the page. */
const MAX_PACKETS = 200;

const input = byId('bytes', HTMLTextAreaElement);
const packets = byId('packets', HTMLElement);
const summary = byId('summary', HTMLElement);
const share = byId('share', HTMLButtonElement);
const file = byId('file', HTMLInputElement);
let shown: readonly InspectedPacket[] = [];
let warned = false;

function show(text: string): void {
  warned = false;
  share.textContent = 'Copy link';
  const { found, problem } = read(text);
  shown = found;
  input.setAttribute('aria-invalid', String(problem !== undefined));
  summary.className = problem === undefined ? '' : 'problem';
  summary.textContent = problem ?? summaryOf(shown);
  packets.replaceChildren(...shown.slice(0, MAX_PACKETS).map((packet) => packetView(packet)));
  share.disabled = shown.length === 0;
}

function read(text: string): { found: InspectedPacket[]; problem?: string } {
  if (text.trim() === '') return { found: [] };
  try {
    return { found: inspect(readWords(text).pieces) };
  } catch (error) {
    return { found: [], problem: `Cannot read this: ${(error as Error).message}.` };
  }
}

function summaryOf(found: readonly InspectedPacket[]): string {
  if (found.length === 0) return 'Paste bytes, open a file, or take an example.';
  const malformed = found.filter(({ fault }) => fault !== undefined).length;
  const count = found.length === 1 ? '1 packet' : `${found.length} packets`;
  const rest = found.length > MAX_PACKETS ? `; the first ${MAX_PACKETS} are shown` : '';
  return `${count}, ${malformed === 0 ? 'all valid' : `${malformed} malformed`}${rest}.`;
}

function write(text: string): void {
  input.value = text;
  growToText();
  show(text);
}

function growToText(): void {
  input.rows = Math.min(12, Math.max(3, Math.ceil(input.value.length / 90) + input.value.split('\n').length - 1));
}

/** A link with a password in it is made at the second press only. */
async function copyLink(): Promise<void> {
  const secret = shown.some(({ fields }) => fields.some(({ tone, start, end }) => tone === 'secret' && end > start));
  if (secret && !warned) {
    warned = true;
    share.textContent = 'Copy it all the same';
    summary.textContent = 'The packet holds a password, and so would the link.';
    return;
  }
  history.replaceState(null, '', fragmentOf(input.value));
  await navigator.clipboard?.writeText(location.href).then(
    () => {
      share.textContent = 'Copied';
    },
    () => {
      share.textContent = 'The link is in the address bar';
    },
  );
}

async function open(chosen: File | undefined): Promise<void> {
  if (chosen === undefined) return;
  const bytes = new Uint8Array(await chosen.arrayBuffer());
  write(textIn(bytes) ?? hexOf(bytes, ' '));
}

/** The text of a text file; a binary one holds control characters or ill-formed UTF-8. */
function textIn(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells binary from text
    return /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

for (const { name, text } of EXAMPLES) {
  const button = element('button', { type: 'button' }, name);
  button.addEventListener('click', () => write(text));
  byId('examples', HTMLElement).append(button);
}
themeButton(byId('theme', HTMLButtonElement));
input.addEventListener('input', () => {
  growToText();
  show(input.value);
});
share.addEventListener('click', () => void copyLink());
file.addEventListener('change', () => void open(file.files?.[0]));
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  void open(event.dataTransfer?.files[0]);
});
addEventListener('hashchange', () => write(textOf(location.hash) ?? input.value));
write(textOf(location.hash) ?? '');
