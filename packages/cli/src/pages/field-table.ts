import { hexOf } from '../packets/hex.ts';
import type { InspectedField, InspectedPacket } from '../packets/inspected-packet.ts';
import { element } from './element.ts';

/**
 * The fields of a packet as a table. Tab goes to one row, the arrow keys to the others. The roles repeat what the elements mean: on narrow
 * screens CSS shows the rows as blocks, and browsers then drop the meaning.
 */
export function fieldTable({ bytes, fields, name }: InspectedPacket): HTMLElement {
  const rows = fields.map((field, index) => fieldRow(field, index, bytes));
  const table = element(
    'table',
    { class: 'fields', role: 'table' },
    element('caption', { class: 'unseen' }, `Fields of ${name}; the arrow keys move between them`),
    element(
      'thead',
      { role: 'rowgroup' },
      element('tr', { role: 'row' }, ...['Bytes', 'Field', 'Value'].map(columnTitle)),
    ),
    element('tbody', { role: 'rowgroup' }, ...rows),
  );
  table.addEventListener('keydown', (event) => {
    const next = neighbour(rows, event.key);
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  });
  table.addEventListener('focusin', ({ target }) => {
    for (const row of rows) row.tabIndex = row === target ? 0 : -1;
  });
  return element('div', { class: 'table' }, table);
}

function columnTitle(title: string): HTMLElement {
  return element('th', { scope: 'col', role: 'columnheader' }, title);
}

function fieldRow(
  { start, end, name, value, tone, fault }: InspectedField,
  index: number,
  bytes: Uint8Array,
): HTMLElement {
  const hex = hexOf(bytes.subarray(start, Math.min(end, start + 32)), ' ');
  return element(
    'tr',
    { 'data-field': String(index), role: 'row', tabindex: index === 0 ? '0' : '-1', ...(fault && { class: 'fault' }) },
    element(
      'td',
      { class: 'range', role: 'cell' },
      end - start > 1 ? `${start}–${end - 1}` : end > start ? String(start) : '',
      element('span', { class: 'unseen' }, `: ${hex}`),
    ),
    element('th', { scope: 'row', role: 'rowheader' }, element('span', { class: `swatch tone-${tone}` }), name),
    element(
      'td',
      { class: 'value', role: 'cell' },
      value,
      fault === undefined ? undefined : element('em', {}, ` ✖ ${fault.problem}`),
    ),
  );
}

function neighbour(rows: readonly HTMLElement[], key: string): HTMLElement | undefined {
  const { activeElement } = document;
  const at = activeElement instanceof HTMLElement ? rows.indexOf(activeElement) : -1;
  if (at < 0) return undefined;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[key];
  return to === undefined ? undefined : rows[Math.max(0, Math.min(rows.length - 1, to))];
}
