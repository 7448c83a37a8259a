/** The bytes of a list, if all its tokens are read in one way. */
export interface TokenReading {
  readonly radix: 'hex' | 'decimal' | 'octal' | 'binary' | 'mixed' | 'words';
  readonly bytes: Uint8Array;
}

const CAST = /\(\s*(?:unsigned\s+)?(?:s?byte|char|u?int8(?:_t)?|[ui]8)\s*\)\s*/gi;
const SUFFIX = /(?:_?[ui](?:8|16|32|64|size)|u?l{1,2}|uy?|n|\.to(?:U?Byte|UByte)\(\))$/i;
const PREFIXED = /^(?:0x|\\x|&h|\$|#|16#|x)([0-9a-f]+)$/i;
/** Elements with a type around each: `std::byte{0x20}`, `static_cast<char>(0x20)`, Go's `byte(32)`, Swift's `UInt8(32)`. */
const WRAPPED =
  /(?:\bstatic_cast<[^<>]{1,40}>|\b(?:std::)?to_byte|\bstd::byte|\b(?:unsigned )?char|\bs?byte|\bu?int8(?:_t)?|\b[ui]8)\s*(?:\(([^(){},;]{1,8})\)|\{([^(){},;]{1,8})\})/gi;

/** A list whose elements have no type and no index any more, and are written as in C. */
export const plainElements = (code: string): string =>
  code
    .replace(WRAPPED, (_element, round?: string, curly?: string) => round ?? curly ?? '')
    .replace(/\[\d+\]\s*=\s*(?=[-'\d])/g, '')
    .replace(/(?<!\w)(?:\d*'h|#x)([0-9a-f]{1,2})\b/gi, '0x$1')
    .replace(/\b16#([0-9a-f]{1,2})#/gi, '0x$1')
    .replace(/(?<!\w)\d*'b([01]{8})\b/gi, '0b$1')
    .replace(/(?<=\d)'[ui]8\b/g, '')
    .replace(/<<[^<>]*>>/g, (binary) => binary.replace(/"([^"\\]*)"/g, (_quoted, text: string) => codesOf(text)));

/** The codes of a text. Erlang writes printable bytes as a string among the numbers. */
const codesOf = (text: string): string => Array.from(text, (character) => character.charCodeAt(0)).join(',');

const CHARACTER = /^[bL]?'(\\?[^']|\\x[0-9a-f]{2}|\\[0-7]{1,3}|')'$/i;
const NAMED: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, a: 7, b: 8, f: 12, v: 11, e: 27, '0': 0 };

/** Every way to read these tokens as bytes, the likeliest first. `commas`: commas separate them, so decimal is likelier than hex. */
export function tokenReadings(tokens: readonly string[], commas: boolean): TokenReading[] {
  const plain = tokens.map((token) => token.replace(CAST, ''));
  if (plain.length === 0) return [];
  if (plain.some((token) => !/^-?[0-9a-f]+$/i.test(token))) return explicitReadings(plain);
  const decimal = all(plain, 'decimal', decimalByte);
  const signed = plain.some((token) => token.startsWith('-') && Number(token) < -128);
  const unsignedTooLarge = plain.some((token) => token.startsWith('-')) && plain.some((token) => Number(token) > 127);
  const padded = all(plain, 'decimal', (token) =>
    /^[0-2]\d\d$/.test(token) ? decimalByte(String(Number(token))) : undefined,
  );
  const decimals =
    decimal !== undefined && !signed && !unsignedTooLarge ? [decimal] : padded !== undefined ? [padded] : [];
  const hex = all(plain, 'hex', (token) => (/^[0-9a-f]{1,2}$/i.test(token) ? Number.parseInt(token, 16) : undefined));
  const octal =
    all(plain, 'octal', (token) => (/^[0-3][0-7]{2}$/.test(token) ? Number.parseInt(token, 8) : undefined)) ??
    all(plain, 'octal', (token) => (/^0[0-3]?[0-7]{0,2}$/.test(token) ? Number.parseInt(token, 8) : undefined));
  const binary = all(plain, 'binary', (token) =>
    /^(?:0?b)?[01]{8}$/i.test(token) ? Number.parseInt(token.replace(/^0?b/i, ''), 2) : undefined,
  );
  const hexes = hex === undefined ? [] : [hex];
  const rare = [binary, octal].filter((reading) => reading !== undefined);
  return commas ? [...decimals, ...hexes, ...rare] : [...hexes, ...decimals, ...rare];
}

function all(
  tokens: readonly string[],
  radix: TokenReading['radix'],
  byteOf: (token: string) => number | undefined,
): TokenReading | undefined {
  const bytes = new Uint8Array(tokens.length);
  for (const [index, token] of tokens.entries()) {
    const byte = byteOf(token);
    if (byte === undefined) return undefined;
    bytes[index] = byte;
  }
  return { radix, bytes };
}

function decimalByte(token: string): number | undefined {
  if (!/^(?:0|-?[1-9]\d{0,2})$/.test(token)) return undefined;
  const value = Number(token);
  return value >= -128 && value <= 255 ? value & 255 : undefined;
}

/**
 * Reads tokens of which at least one is clear by itself: `0x20`, `'M'`, `0b101`, `20h`. Plain numbers among them are decimal, or octal
 * after a 0.
 */
function explicitReadings(tokens: readonly string[]): TokenReading[] {
  const mixed = all(tokens, 'mixed', explicitByte);
  if (mixed !== undefined) return [mixed];
  const digits = tokens.map((token) => PREFIXED.exec(token.replace(SUFFIX, ''))?.[1]);
  if (digits.some((word) => word === undefined || word.length % 2 === 1)) return [];
  const words = digits.map((word) => word ?? '');
  const bytesOf = (word: string) => word.match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? [];
  const asWritten: TokenReading = { radix: 'hex', bytes: Uint8Array.from(words.flatMap(bytesOf)) };
  const reversed: TokenReading = {
    radix: 'words',
    bytes: Uint8Array.from(words.flatMap((word) => bytesOf(word).reverse())),
  };
  return words.length === 1 ? [asWritten] : [asWritten, reversed];
}

function explicitByte(written: string): number | undefined {
  const character = CHARACTER.exec(written)?.[1];
  if (character !== undefined) return characterByte(character);
  const token = /^(?:0x|\\x|&h|\$|#|16#|x)/i.test(written)
    ? written.replace(/(?:_?[ui](?:8|16|32|64|size)|u?l{1,2}|uy?|n|\.to\w+\(\))$/i, '')
    : written.replace(SUFFIX, '');
  const hex = PREFIXED.exec(token)?.[1] ?? /^(\d?[0-9a-f]{1,2})h$/i.exec(token)?.[1];
  if (hex !== undefined) return byteIn(Number.parseInt(hex, 16), hex.length <= 3);
  const bits = /^0?b([01]{1,8})$/i.exec(token.replace(/(?<=[01])[_'](?=[01])/g, ''))?.[1];
  if (bits !== undefined) return Number.parseInt(bits, 2);
  if (/^0o?[0-7]{1,3}$/i.test(token)) return byteIn(Number.parseInt(token.replace(/o/i, ''), 8), true);
  return decimalByte(token);
}

const byteIn = (value: number, wellFormed: boolean) => (wellFormed && value <= 255 ? value : undefined);

function characterByte(character: string): number | undefined {
  if (!character.startsWith('\\')) {
    const code = character.charCodeAt(0);
    return character.length === 1 && code < 256 ? code : undefined;
  }
  const named = character.slice(1);
  if (/^x/i.test(named)) return Number.parseInt(named.slice(1), 16);
  if (/^[0-7]+$/.test(named)) return byteIn(Number.parseInt(named, 8), true);
  return NAMED[named] ?? named.charCodeAt(0);
}
