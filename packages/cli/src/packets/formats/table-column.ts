import { type Candidate, single } from './candidate.ts';

/** Reads tables and lists with one byte in each line, which logic analysers export and debuggers print. */
export function columnCandidates(text: string): Candidate[] {
  const lines = text
    .replace(/=>\n/g, '=>')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const bytes = columnOf(lines) ?? endsOf(lines) ?? numbersOf(lines);
  if (bytes === undefined) return [];
  return [single('a column of bytes', bytes)];
}

const CELL = /^"?0x([0-9a-f]{2})"?$/i;

/** The bytes of a table such as `0.001,0x20,,`: the first column with a `0x20`. From that line on each line must have one there. */
function columnOf(lines: readonly string[]): Uint8Array | undefined {
  const table = lines.map((line) => line.split(/[,;\t]/).map((cell) => cell.trim()));
  const start = table.findIndex((cells) => cells.length > 1 && cells.some((cell) => CELL.test(cell)));
  if (start < 0 || start > MOST_HEADING) return undefined;
  const column = table[start]?.findIndex((cell) => CELL.test(cell)) ?? -1;
  return bytesOfAll(table.slice(start).map((cells) => CELL.exec(cells[column] ?? '')?.[1]));
}

/** Most lines before the first byte. */
const MOST_HEADING = 8;

/** The bytes at the ends of lines such as `uart-1: RX: 20`, if the lines are equal except for their numbers. */
function endsOf(lines: readonly string[]): Uint8Array | undefined {
  const parts = lines.map((line) => /^(.*[:=\s])(?:0x)?([0-9a-f]{2})\s*$/i.exec(line));
  const fronts = new Set(parts.map((part) => part?.[1]?.replace(/\d+/g, '0')));
  const [front = ''] = fronts;
  return fronts.size === 1 && /[a-z]/i.test(front) ? bytesOfAll(parts.map((part) => part?.[2])) : undefined;
}

/** A number in each line, as debuggers, YAML, PHP and Julia print a list. It may have an index, from 0 or 1 on. */
const NUMBER =
  /^\s*(?:\[?(\d+)\]?(?:\s*(?:=>|[:=])|[^\S\t]*\t)\s*|-\s+)?(?:0x([0-9a-f]{1,2})|(?:int\()?(-?\d{1,3})\)?)(?:\s+(?:byte|unsigned char|uint8_t))?,?\s*$/i;

function numbersOf(lines: readonly string[]): Uint8Array | undefined {
  const parts = lines.map((line) => NUMBER.exec(line));
  const start = parts.findIndex((part) => part !== null);
  if (start < 0 || start > MOST_HEADING) return undefined;
  const end = parts.findIndex((part, index) => index > start && part === null);
  const own = parts.slice(start, end < 0 ? undefined : end);
  if (own.length < 2 || (end >= 0 && parts.slice(end).some((part) => part !== null))) return undefined;
  const least = Number(own[0]?.[1] ?? 0);
  if (least > 1 || own.some((part, index) => part?.[1] !== undefined && Number(part[1]) !== least + index))
    return undefined;
  const values = own.map((part) => (part?.[2] === undefined ? Number(part?.[3]) : Number.parseInt(part[2], 16)));
  return values.every((value) => value >= -128 && value <= 255) ? Uint8Array.from(values) : undefined;
}

function bytesOfAll(cells: readonly (string | undefined)[]): Uint8Array | undefined {
  if (cells.length < 2 || cells.some((cell) => cell === undefined)) return undefined;
  return Uint8Array.from(cells, (cell) => Number.parseInt(cell ?? '', 16));
}
