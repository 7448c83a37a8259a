/** Two things in which the string literals of languages differ. */
export interface Dialect {
  /** Digits after a backslash: octal in C, Go and Python, decimal in Lua. */
  readonly numbers: 'octal' | 'decimal';
  /** Characters from U+0080 to U+00FF: one byte, as binary strings of JavaScript and Java hold them, or UTF-8, as in Go and Ruby. */
  readonly characters: 'byte' | 'utf-8';
}

const NAMED: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, a: 7, b: 8, f: 12, v: 11, e: 27, s: 32 };
const PARTS =
  /\\[xX]\{([0-9a-fA-F]{1,2})\}|\\[xX]([0-9a-fA-F]{2})|\\u(\{[0-9a-fA-F]{1,6}\}|[0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})|\\(\d{1,3})|\\\r?\n\s*|\\([\s\S])|([^\\])/gu;

/** The bytes of a string literal, given without its quotes. Undefined if it has an unknown escape. */
export function literalBytes(content: string, dialect: Dialect): Uint8Array | undefined {
  const bytes: number[] = [];
  for (const [, braced, hex, unicode, long, digits, named, plain] of content.matchAll(PARTS)) {
    const point = unicode?.replace(/[{}]/g, '') ?? long;
    if (braced !== undefined || hex !== undefined) {
      bytes.push(Number.parseInt(braced ?? hex ?? '', 16));
    } else if (point !== undefined) {
      const value = Number.parseInt(point, 16);
      if (value > 0x10ffff) return undefined;
      bytes.push(...characterBytes(value, dialect));
    } else if (digits !== undefined) {
      const value = numberOf(digits, dialect);
      if (value === undefined) return undefined;
      bytes.push(...value);
    } else if (named !== undefined) {
      // An unknown letter is refused: `\d` is of a pattern, `\STX` of Haskell.
      const code = NAMED[named] ?? (/[a-z0-9]/i.test(named) ? undefined : named.charCodeAt(0));
      if (code === undefined) return undefined;
      bytes.push(code);
    } else if (plain !== undefined) {
      bytes.push(...characterBytes(plain.codePointAt(0) ?? 0, dialect));
    }
  }
  return Uint8Array.from(bytes);
}

/** The bytes of a numeric escape. An octal one ends before the first digit that is not octal: `\08` is a zero and the character 8. */
function numberOf(digits: string, { numbers }: Dialect): number[] | undefined {
  if (numbers === 'decimal') {
    const value = Number(digits);
    return value <= 255 ? [value] : undefined;
  }
  const octal = /^[0-7]+/.exec(digits)?.[0];
  if (octal === undefined) return undefined;
  const value = Number.parseInt(octal, 8);
  if (value > 255) return undefined;
  return [value, ...Array.from(digits.slice(octal.length), (character) => character.charCodeAt(0))];
}

function characterBytes(point: number, { characters }: Dialect): number[] {
  return characters === 'byte' && point <= 255 ? [point] : utf8(point);
}

function utf8(point: number): number[] {
  if (point < 0x80) return [point];
  if (point < 0x800) return [0xc0 | (point >> 6), 0x80 | (point & 63)];
  if (point < 0x10000) return [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
  return [0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
}
