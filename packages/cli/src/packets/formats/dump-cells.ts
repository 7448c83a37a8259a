/** How the cells of a dump are written, and which bytes each stands for. */
export interface CellStyle {
  readonly name: string;
  /** Bytes in a cell. 0: one for each pair of digits. */
  readonly size: number;
  /** The bytes of a cell. Undefined if the text is no cell of this style. */
  readonly bytes: (cell: string) => readonly number[] | undefined;
  /** The same for the last cell, which may have fewer bytes than `size`. */
  readonly lastBytes?: (cell: string) => readonly number[] | undefined;
}

const pattern =
  (form: RegExp, bytes: (cell: string) => readonly number[]): CellStyle['bytes'] =>
  (cell) =>
    form.test(cell) ? bytes(cell) : undefined;

const pairs = (cell: string): number[] =>
  Array.from({ length: cell.length / 2 }, (_, at) => Number.parseInt(cell.slice(2 * at, 2 * at + 2), 16));

const within = (value: number, least: number, most: number, bytes: readonly number[]) =>
  value >= least && value <= most ? bytes : undefined;

/** A 16-bit number, the low byte first: od and hexdump print words as little-endian machines store them. */
const word = (value: number): number[] => [value & 255, (value >> 8) & 255];

const HEX: CellStyle = {
  name: 'hex',
  size: 0,
  bytes: pattern(/^(?:0x)?(?:[0-9a-f]{2}){1,256}$/i, (cell) => pairs(cell.replace(/^0x/i, ''))),
};
const HEX_WORDS: readonly CellStyle[] = [2, 4, 8].map((size) => ({
  name: `hex words of ${size} bytes, low byte first`,
  size,
  bytes: pattern(new RegExp(`^(?:0x)?[0-9a-f]{${2 * size}}$`, 'i'), (cell) =>
    pairs(cell.replace(/^0x/i, '')).reverse(),
  ),
  lastBytes: pattern(new RegExp(`^(?:[0-9a-f]{2}){1,${size}}$`, 'i'), (cell) => pairs(cell).reverse()),
}));
const OCTAL: CellStyle = {
  name: 'octal bytes',
  size: 1,
  bytes: pattern(/^[0-3][0-7]{2}$/, (cell) => [Number.parseInt(cell, 8)]),
};
const OCTAL_WORDS: CellStyle = {
  name: 'octal words, low byte first',
  size: 2,
  bytes: pattern(/^[01][0-7]{5}$/, (cell) => word(Number.parseInt(cell, 8))),
};
const DECIMAL: CellStyle = {
  name: 'decimal bytes',
  size: 1,
  bytes: (cell) => (/^\d{1,3}$/.test(cell) ? within(Number(cell), 0, 255, [Number(cell)]) : undefined),
};
const SIGNED: CellStyle = {
  name: 'signed decimal bytes',
  size: 1,
  bytes: (cell) => (/^-?\d{1,3}$/.test(cell) ? within(Number(cell), -128, 127, [Number(cell) & 255]) : undefined),
};
const DECIMAL_WORDS: CellStyle = {
  name: 'decimal words, low byte first',
  size: 2,
  bytes: (cell) => (/^-?\d{1,5}$/.test(cell) ? within(Number(cell), -32768, 65535, word(Number(cell))) : undefined),
};
const BINARY: CellStyle = {
  name: 'bits',
  size: 1,
  bytes: pattern(/^[01]{8}$/, (cell) => [Number.parseInt(cell, 2)]),
};

/** The most common style first. */
export const CELL_STYLES: readonly CellStyle[] = [
  HEX,
  ...HEX_WORDS,
  OCTAL,
  OCTAL_WORDS,
  BINARY,
  DECIMAL,
  SIGNED,
  DECIMAL_WORDS,
];

const ESCAPES: Readonly<Record<string, number>> = {
  '\\0': 0,
  '\\a': 7,
  '\\b': 8,
  '\\t': 9,
  '\\n': 10,
  '\\v': 11,
  '\\f': 12,
  '\\r': 13,
  '\\\\': 92,
};

/** The bytes of a row of `od -c` or `hexdump -c`: cells of four columns, of which a blank one is a space. Undefined if one is no cell. */
export function characterCells(columns: string): number[] | undefined {
  const bytes: number[] = [];
  for (let at = 0; at < columns.length; at += 4) {
    const column = columns.slice(at, at + 4);
    const cell = column.trim();
    if (column.length < 4 && cell === '') break;
    const byte =
      cell === ''
        ? 32
        : (ESCAPES[cell] ?? (/^[0-3][0-7]{2}$/.test(cell) ? Number.parseInt(cell, 8) : characterOf(cell)));
    if (byte === undefined) return undefined;
    bytes.push(byte);
  }
  return bytes;
}

function characterOf(cell: string): number | undefined {
  const code = cell.charCodeAt(0);
  return cell.length === 1 && code > 32 && code < 127 ? code : undefined;
}
