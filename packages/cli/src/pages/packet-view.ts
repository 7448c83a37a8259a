import { formattedJson } from '../packets/capture-text.ts';
import { hexOf } from '../packets/hex.ts';
import { type Fault, type InspectedPacket, verdictText } from '../packets/inspected-packet.ts';
import { codeLink } from './codes.ts';
import { element } from './element.ts';
import { fieldTable } from './field-table.ts';
import { hexGrid } from './hex-grid.ts';
import { copyButton } from './save.ts';
import { statementLink } from './standard.ts';

/** The view of a packet: its bytes as a grid, its fields as a table, and what is wrong with it. */
export function packetView(packet: InspectedPacket, headingLevel: 'h2' | 'h3' = 'h2'): HTMLElement {
  const { name, bytes, fault, from, time, connection } = packet;
  const grid = hexGrid(packet);
  const table = fieldTable(packet);
  const facts = [direction(from), size(bytes.length), time, connection].filter(Boolean).join(' · ');
  const view = element(
    'article',
    { class: `packet ${packet.verdict}` },
    element(
      'header',
      {},
      element(headingLevel, { tabindex: '-1' }, name),
      element('p', { class: 'facts' }, facts),
      element('p', { class: 'verdict' }, verdictText(packet)),
      copyButton('Copy hex', () => hexOf(bytes, ' ')),
    ),
    ...(fault === undefined ? [] : [faultNote(fault)]),
    element('div', { class: 'columns' }, grid, table),
    messageView(packet),
  );
  link(view, grid, table);
  return view;
}

/** The Application Message with indentation, if it is JSON. */
function messageView({ fields }: InspectedPacket): HTMLElement | undefined {
  const message = fields.find(({ name }) => name === 'Application Message')?.value;
  const formatted = message === undefined ? undefined : formattedJson(message);
  if (formatted === undefined) return undefined;
  return element(
    'section',
    { class: 'message', 'aria-label': 'Application message' },
    element(
      'p',
      { class: 'message-title' },
      'Application message, as JSON',
      copyButton('Copy JSON', () => formatted),
    ),
    element('pre', { tabindex: '0', 'aria-label': 'The JSON' }, formatted),
  );
}

function direction(from: InspectedPacket['from']): string | undefined {
  return from === undefined ? undefined : from === 'device' ? 'device → service' : 'service → device';
}

function size(count: number): string {
  return count === 1 ? '1 byte' : `${count.toLocaleString('en')} bytes`;
}

function faultNote({ problem, statement, rule, offset, code }: Fault): HTMLElement {
  return element(
    'div',
    { class: 'fault-note' },
    element('p', {}, element('strong', {}, `Byte ${offset}: ${problem}.`), ' ', codeLink(code)),
    element('p', {}, statementLink(statement), ` ${rule ?? ''}`),
  );
}

/** Highlights the field of the byte under the pointer, and the bytes of the field under the pointer or with the focus. */
function link(view: HTMLElement, grid: HTMLElement, table: HTMLElement): void {
  const fieldOf = (target: EventTarget | null) =>
    target instanceof Element ? target.closest<HTMLElement>('[data-field]')?.dataset['field'] : undefined;
  const show = (field: string | undefined) => {
    for (const lit of view.querySelectorAll('.lit')) lit.classList.remove('lit');
    if (field === undefined) return;
    for (const part of view.querySelectorAll(`[data-field="${field}"]`)) part.classList.add('lit');
  };
  const focused = () => (view.contains(document.activeElement) ? fieldOf(document.activeElement) : undefined);
  view.addEventListener('pointerover', (event) => show(fieldOf(event.target) ?? focused()));
  view.addEventListener('pointerleave', () => show(focused()));
  table.addEventListener('focusin', (event) => show(fieldOf(event.target)));
  table.addEventListener('focusout', () => show(undefined));
  grid.addEventListener('click', (event) => {
    const field = fieldOf(event.target);
    if (field !== undefined) table.querySelector<HTMLElement>(`[data-field="${field}"]`)?.focus();
  });
}
