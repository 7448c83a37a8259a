import type { InspectedField, InspectedPacket } from '../packets/inspected-packet.ts';
import { element } from './element.ts';

/** Bytes in a row. */
const ROW = 16;
/** Bytes that are shown. An element for each byte of a megabyte would stop the browser; the table names the fields of all bytes. */
const SHOWN = 4096;

/**
 * The bytes of a packet in rows of sixteen (CSS makes it eight on narrow screens), each in the colour of its field. It is hidden from
 * screen readers, since the table says the same in words.
 */
export function hexGrid(packet: InspectedPacket): HTMLElement {
  const { bytes } = packet;
  const grid = element('div', { class: 'hex', 'aria-hidden': 'true' });
  for (let at = 0; at < Math.min(bytes.length, SHOWN); at += ROW) grid.append(row(packet, at));
  if (bytes.length > SHOWN) grid.append(element('p', { class: 'more' }, `and ${bytes.length - SHOWN} bytes more`));
  return grid;
}

function row(packet: InspectedPacket, start: number): HTMLElement {
  const line = element('div', { class: 'row' });
  for (let half = start; half < start + ROW; half += ROW / 2) {
    if (half > start && half >= packet.bytes.length) break;
    line.append(element('span', { class: 'offset' }, half.toString(16).padStart(4, '0')));
    const cells = Array.from({ length: ROW / 2 }, (_, index) => cell(packet, half + index));
    line.append(element('span', { class: 'bytes' }, ...cells));
    const characters = Array.from({ length: ROW / 2 }, (_, index) => character(packet, half + index));
    line.append(element('span', { class: 'characters' }, ...characters));
  }
  return line;
}

function cell(packet: InspectedPacket, at: number): HTMLElement {
  const byte = packet.bytes[at];
  if (byte === undefined) return element('span', { class: 'byte none' });
  const index = fieldAt(packet, at);
  const field = packet.fields[index];
  return element(
    'span',
    { class: `byte ${classesOf(field, at, packet)}`, 'data-field': String(index), 'data-at': String(at) },
    byte.toString(16).padStart(2, '0'),
  );
}

function character(packet: InspectedPacket, at: number): HTMLElement | undefined {
  const byte = packet.bytes[at];
  if (byte === undefined) return undefined;
  const index = fieldAt(packet, at);
  const text = byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·';
  return element('span', { class: classesOf(packet.fields[index], at, packet), 'data-field': String(index) }, text);
}

/** CSS classes of a byte. `first` and `last` give the ends of a field round corners. */
function classesOf(field: InspectedField | undefined, at: number, { fault }: InspectedPacket): string {
  if (field === undefined) return 'tone-plain';
  return [
    `tone-${field.tone}`,
    field.start === at ? 'first' : '',
    field.end === at + 1 ? 'last' : '',
    fault?.offset === at ? 'fault' : '',
  ]
    .filter((name) => name !== '')
    .join(' ');
}

/** The index of the field that a byte belongs to, by bisection: a SUBSCRIBE may have thousands of fields. */
function fieldAt({ fields }: InspectedPacket, at: number): number {
  let low = 0;
  let high = fields.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((fields[middle]?.end ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
