import { MOST_BYTES } from '../reading.ts';
import { type CellStyle, characterCells } from './dump-cells.ts';
import { charactersMatch } from './dump-characters.ts';
import type { DumpBlock, DumpRow } from './dump-rows.ts';

/** The bytes of a block, and how sure it is that they were read in the right way. */
export interface DumpBytes {
  readonly bytes: Uint8Array;
  /** Whether offsets, characters or an end offset agree with the bytes. */
  readonly confirmed: boolean;
  /** Whether the characters of every row agree with its bytes. */
  readonly charactersAgree: boolean;
  /** What follows in a row after the cells that were read, if it is not their characters. */
  readonly left: Left;
}

/** 0: nothing. 1: other text. 2: more such cells. The higher, the less likely is the reading. */
export type Left = 0 | 1 | 2;

/** Most bytes in a row. No tool writes more. */
const MOST_IN_ROW = 256;

/** The bytes of a block, if its offsets have this radix and its cells this style. Undefined if offsets and cells do not fit together. */
export function blockBytes(block: DumpBlock, radix: number, style: CellStyle | 'characters'): DumpBytes | undefined {
  const offsets = block.map(({ offset }) => offsetOf(offset, radix));
  const found: number[] = [];
  let confirmed = false;
  let agreeing = 0;
  let left: Left = 0;
  let rows = 0;
  let width = 0;
  for (const [index, row] of block.entries()) {
    const at = offsets[index];
    const next = offsets[index + 1];
    if (at === undefined || at - (offsets[0] ?? 0) > MOST_BYTES) return undefined;
    // A last row without cells: its offset is the number of bytes.
    if (index === block.length - 1 && row.rest.trim() === '') {
      if (index === 0 || !endsAt(found, at - (offsets[0] ?? 0), cellSize(block, style))) return undefined;
      confirmed = true;
      break;
    }
    // The distance to the next offset is the number of bytes in this row. After a `*` it also counts the rows that were left out.
    const repeated = block[index + 1]?.repeats === true;
    const count = next === undefined || repeated ? undefined : next - at;
    if (count !== undefined && (count <= 0 || count > MOST_IN_ROW)) return undefined;
    const end = index === block.length - 2 && block[index + 1]?.rest.trim() === '';
    const read = rowBytes(row, style, count, width || MOST_IN_ROW, end ? cellSize(block, style) : 1);
    if (read === undefined) return undefined;
    rows += 1;
    if (read.charactersAgree) agreeing += 1;
    if (read.left > left) left = read.left;
    if (count !== undefined) confirmed = true;
    width = Math.max(width, read.bytes.length);
    const times = repeated && next !== undefined ? (next - at) / read.bytes.length : 1;
    if (!Number.isInteger(times) || found.length + times * read.bytes.length > MOST_BYTES) return undefined;
    for (let time = 0; time < times; time++) for (const byte of read.bytes) found.push(byte);
  }
  const charactersAgree = rows === agreeing;
  return { bytes: Uint8Array.from(found), confirmed: confirmed || charactersAgree, charactersAgree, left };
}

/** An address of the Linux kernel has 64 bits, of which a number cannot hold all: the last 48 are enough. */
function offsetOf(text: string, radix: number): number | undefined {
  const allowed = { 8: /^[0-7]+$/, 10: /^\d+$/ }[radix];
  return allowed === undefined || allowed.test(text) ? Number.parseInt(text.slice(-12), radix) : undefined;
}

/** Cuts the bytes to the length that the end offset gives: hexdump and od fill the last word with zeros. */
function endsAt(found: number[], length: number, size: number): boolean {
  const surplus = found.length - length;
  if (surplus < 0 || surplus >= size) return false;
  found.length = length;
  return true;
}

/** Bytes in a cell. For hex, where cells may have any size, the first cell counts. */
function cellSize(block: DumpBlock, style: CellStyle | 'characters'): number {
  if (style === 'characters') return 1;
  return style.size || (/\S+/.exec(block[0]?.rest ?? '')?.[0]?.length ?? 2) >> 1;
}

interface RowBytes {
  readonly bytes: readonly number[];
  readonly charactersAgree: boolean;
  readonly left: Left;
}

function rowBytes(
  row: DumpRow,
  style: CellStyle | 'characters',
  count: number | undefined,
  width: number,
  surplusAllowed: number,
): RowBytes | undefined {
  if (style === 'characters') {
    const bytes = characterCells(row.rest);
    if (bytes === undefined || (count !== undefined && bytes.length < count)) return undefined;
    return { bytes: count === undefined ? bytes : bytes.slice(0, count), charactersAgree: false, left: 0 };
  }
  const { cells, ends } = cellsOf(row.rest, style, (count ?? MOST_IN_ROW) + surplusAllowed - 1);
  const taken = (cellCount: number) => cells.slice(0, cellCount).flat();
  for (let number = cells.length; number > 0; number--) {
    const bytes = taken(number);
    if (count !== undefined && bytes.length < count) break;
    if (count !== undefined && bytes.length > count) continue;
    if (charactersMatch(row.rest.slice(ends[number - 1]), bytes)) return { bytes, charactersAgree: true, left: 0 };
  }
  const number = count === undefined ? cellsByLayout(ends, cells, width) : cells.length;
  const bytes = taken(number);
  if (bytes.length === 0) return undefined;
  // In the last row before the end offset the last word may hold bytes that were not in the file.
  const surplus = count === undefined ? 0 : bytes.length - count;
  if (surplus < 0 || surplus >= surplusAllowed) return undefined;
  return { bytes, charactersAgree: false, left: leftBehind(row, style, number, ends[number - 1]) };
}

/** What follows after the cells that were taken. More cells, if the next one has the same distance as those before. */
function leftBehind(row: DumpRow, style: CellStyle, taken: number, end: number | undefined): Left {
  if (row.rest.slice(end).trim() === '') return 0;
  const { cells, ends } = cellsOf(row.rest, style, MOST_IN_ROW);
  return cellsByLayout(ends, cells, MOST_IN_ROW) > taken ? 2 : 1;
}

/** The cells of a row from the left, up to `most` bytes, and up to the first word that is no cell. */
function cellsOf(rest: string, style: CellStyle, most: number): { cells: (readonly number[])[]; ends: number[] } {
  const cells: (readonly number[])[] = [];
  const ends: number[] = [];
  let size = 0;
  for (const { 0: text, index } of rest.matchAll(/\S+/g)) {
    const whole = style.bytes(text);
    const bytes = whole ?? style.lastBytes?.(text);
    if (bytes === undefined || size + bytes.length > most) break;
    cells.push(bytes);
    ends.push(index + text.length);
    size += bytes.length;
    if (whole === undefined) break;
  }
  return { cells, ends };
}

/** How many cells a row has, by its gaps only: the characters follow after a gap that is wider than those between cells. */
function cellsByLayout(ends: readonly number[], cells: readonly (readonly number[])[], width: number): number {
  const pitch = (ends[1] ?? 0) - (ends[0] ?? 0);
  let size = 0;
  for (const [index, bytes] of cells.entries()) {
    size += bytes.length;
    const distance = (ends[index] ?? 0) - (ends[index - 1] ?? 0);
    if (index > 0 && (distance > pitch + 2 || size > width)) return index;
  }
  return cells.length;
}
