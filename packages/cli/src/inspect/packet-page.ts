import { hexOf } from '../packets/hex.ts';
import { type Fault, type InspectedField, type InspectedPacket, verdictText } from '../packets/inspected-packet.ts';
import type { Row } from '../terminal/output.ts';
import type { Paint } from '../terminal/paint.ts';
import type { FieldPaint } from './field-paint.ts';

/** How packets are printed. */
export interface PageOptions {
  readonly paint: Paint;
  readonly fieldPaint: FieldPaint;
  /** True: every byte of a long field. False: its first eight. */
  readonly full: boolean;
}

/** Bytes in a row of hex. */
const ROW = 8;
/** Columns of a full row of hex, two digits and a blank for each byte. */
const HEX_WIDTH = ROW * 3 - 1;
/** Columns of the name of a field: the longest, `Connect Acknowledge Flags`, has 25. */
const NAME_WIDTH = 25;
/** Where the name of a field begins: behind offset and bytes. */
const LABEL_COLUMN = 10 + HEX_WIDTH;

/** A packet in lines, one for each field: offset, bytes, name, value. Below a malformed field: what is wrong, and the rule it breaks. */
export function packetPage(packet: InspectedPacket, options: PageOptions): Row[] {
  return [
    { text: heading(packet, options.paint), indent: 2 },
    ...packet.fields.flatMap((field) => rows(field, packet, options)),
    { text: '', indent: 0 },
  ];
}

function heading(packet: InspectedPacket, paint: Paint): string {
  const { name, bytes, from, time, connection, verdict } = packet;
  const arrow = from === undefined ? '' : from === 'device' ? `${paint.device('→')} ` : `${paint.service('←')} `;
  const facts = [size(bytes.length), time, connection].filter((fact) => fact !== undefined);
  const colour = { valid: paint.good, incomplete: paint.warn, malformed: paint.bad }[verdict];
  const end = verdict === 'valid' ? '' : `  ${colour(verdictText(packet))}`;
  return `${arrow}${paint.bold(name)}  ${paint.dim(facts.join(', '))}${end}`;
}

function size(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`;
}

function rows(field: InspectedField, packet: InspectedPacket, options: PageOptions): Row[] {
  const { paint, fieldPaint, full } = options;
  const count = field.end - field.start;
  const shown = full ? count : Math.min(count, ROW);
  const lines: Row[] = [];
  for (let at = 0; at < Math.max(shown, 1); at += ROW) {
    const from = field.start + at;
    const more = !full && count > ROW;
    const hex = rowHex(packet, field, from, Math.min(from + ROW, field.end), fieldPaint);
    const label = at === 0 ? `${fieldPaint(field.name.padEnd(NAME_WIDTH), field.tone)} ${clipped(field, full)}` : '';
    const size = at === 0 && more ? paint.dim(` (${count} bytes)`) : '';
    const text =
      `  ${paint.dim(from.toString(16).padStart(4, '0'))}  ${hex}${more ? '…' : ' '} ${label}${size}`.trimEnd();
    lines.push({ text, indent: LABEL_COLUMN });
  }
  return field.fault === undefined ? lines : [...lines, ...explanation(field.fault, paint)];
}

/** The bytes of a row in hex. The malformed byte has a colour of its own. */
function rowHex(
  { bytes, fault }: InspectedPacket,
  field: InspectedField,
  from: number,
  to: number,
  fieldPaint: FieldPaint,
): string {
  const words = Array.from(bytes.subarray(from, to), (byte, index) =>
    fieldPaint(hexOf(Uint8Array.of(byte)), from + index === fault?.offset ? 'fault' : field.tone),
  );
  const width = Math.max(0, (to - from) * 3 - 1);
  return words.join(' ') + ' '.repeat(HEX_WIDTH - width);
}

function explanation({ code, problem, statement, rule, offset }: Fault, paint: Paint): Row[] {
  const where = `byte ${offset} (0x${offset.toString(16).padStart(2, '0')})`;
  return [
    { text: `  ${paint.bad(`✖ ${where}: ${problem}`)} ${paint.dim(`[${code}]`)}`, indent: 4 },
    { text: `    ${paint.bold(statement)} ${rule ?? ''}`.trimEnd(), indent: 4 },
  ];
}

function clipped({ value }: InspectedField, full: boolean): string {
  return full || value.length <= 160 ? value : `${value.slice(0, 159)}…`;
}
