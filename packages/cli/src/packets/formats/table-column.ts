import type { Candidate } from './candidate.ts';

/** Bytes that stand one in a line: the tables and lists that logic analysers export. */
export function columnCandidates(text: string): Candidate[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const bytes = columnOf(lines) ?? endsOf(lines) ?? numbersOf(lines);
  if (bytes === undefined) return [];
  return [{ format: 'a column of bytes', pieces: [{ bytes }], notes: [], certain: false }];
}

const CELL = /^"?0x([0-9a-f]{2})"?$/i;

/** `0.001,0x20,,` below a heading: the first column that has `0x20` in all lines but those in front. */
function columnOf(lines: readonly string[]): Uint8Array | undefined {
  const table = lines.map((line) => line.split(/[,;\t]/).map((cell) => cell.trim()));
  const start = table.findIndex((cells) => cells.length > 1 && cells.some((cell) => CELL.test(cell)));
  if (start < 0 || start > MOST_HEADING) return undefined;
  const column = table[start]?.findIndex((cell) => CELL.test(cell)) ?? -1;
  return bytesOfAll(table.slice(start).map((cells) => CELL.exec(cells[column] ?? '')?.[1]));
}

const MOST_HEADING = 8;

/** `uart-1: RX: 20`: all lines the same but for numbers, and a byte at their end. */
function endsOf(lines: readonly string[]): Uint8Array | undefined {
  const parts = lines.map((line) => /^(.*[:=\s])(?:0x)?([0-9a-f]{2})\s*$/i.exec(line));
  const fronts = new Set(parts.map((part) => part?.[1]?.replace(/\d+/g, '0')));
  const [front = ''] = fronts;
  return fronts.size === 1 && /[a-z]/i.test(front) ? bytesOfAll(parts.map((part) => part?.[2])) : undefined;
}

/** A number in each line, as debuggers, YAML and Julia show a list; an index in front counts from 0. */
const NUMBER =
  /^\s*(?:\[?(\d+)\]?\s*[:=\t]\s*|-\s+)?(?:0x([0-9a-f]{1,2})|(\d{1,3}))(?:\s+(?:byte|unsigned char|uint8_t))?,?\s*$/i;

function numbersOf(lines: readonly string[]): Uint8Array | undefined {
  const parts = lines.map((line) => NUMBER.exec(line));
  const start = parts.findIndex((part) => part !== null);
  if (start < 0 || start > MOST_HEADING) return undefined;
  const end = parts.findIndex((part, index) => index > start && part === null);
  const own = parts.slice(start, end < 0 ? undefined : end);
  if (own.length < 2 || (end >= 0 && parts.slice(end).some((part) => part !== null))) return undefined;
  if (own.some((part, index) => part?.[1] !== undefined && Number(part[1]) !== index)) return undefined;
  const values = own.map((part) => (part?.[2] === undefined ? Number(part?.[3]) : Number.parseInt(part[2], 16)));
  return values.every((value) => value <= 255) ? Uint8Array.from(values) : undefined;
}

function bytesOfAll(cells: readonly (string | undefined)[]): Uint8Array | undefined {
  if (cells.length < 2 || cells.some((cell) => cell === undefined)) return undefined;
  return Uint8Array.from(cells, (cell) => Number.parseInt(cell ?? '', 16));
}
