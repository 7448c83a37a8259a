import { InputError } from './input-error.ts';

/** Bytes from hex in any of the usual dresses (see the test), from base64, or from a list of decimal numbers. Throws InputError. */
export function readByteText(text: string): Uint8Array {
  const decimals = decimalList(text);
  if (decimals !== undefined) return decimals;
  const words =
    hexDump(text) ??
    undressed(text)
      .split(SEPARATORS)
      .filter((word) => word !== '');
  // A lone digit among others is a byte whose zero was left out.
  const digits = words.map((word) => (word.length === 1 && words.length > 1 ? `0${word}` : word)).join('');
  if (digits === '') throw new InputError('there are no bytes in it');
  if (!/^[0-9a-f]*$/i.test(digits)) return base64(text, digits);
  if (digits.length % 2 === 1) throw new InputError(`an odd number of hex digits: ${digits.length}`);
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) =>
    Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16),
  );
}

export function hexOf(bytes: Uint8Array, separator = ''): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(separator);
}

const SEPARATORS = /[\s,;:_-]+/;

/** Without what logs and languages put around hex: `C>S raw`, `<Buffer 30 05>`, `0x30, 0x05`, `"\x30\x05"`. */
function undressed(text: string): string {
  return text
    .replace(/\b(?:C>S|S>C|raw|hex|sent|received|Buffer\.from|Buffer|Uint8Array(?:\(\d+\))?)(?=[\s:<>([]|$)/gi, ' ')
    .replace(/(?:0x|\\x|%)(?=[0-9a-f])/gi, ' ')
    .replace(/[<>[\](){}"'`→←]/g, ' ');
}

/** `[48, 5, 0]`, as JavaScript prints a Uint8Array. */
function decimalList(text: string): Uint8Array | undefined {
  const list = /^\s*(?:Uint8Array(?:\(\d+\))?\s*)?\[([\d,\s]+)\]\s*$/.exec(text)?.[1];
  const words = list?.split(',').map((word) => word.trim()) ?? [];
  if (words.length < 2 || words.some((word) => !/^(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])$/.test(word))) return undefined;
  return Uint8Array.from(words, Number);
}

/** Digits of `xxd`, `hexdump -C`, tcpdump and Wireshark: an offset in front of each line, characters behind it. */
function hexDump(text: string): string[] | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  // hexdump ends with the offset behind the last byte.
  const ended = lines.length > 1 && /^[0-9a-f]{7,8}$/i.test(lines.at(-1) ?? '');
  if (ended) lines.pop();
  const rows = lines.map((line) => /^\s*(?:0x)?[0-9a-f]{4,8}(:?)(?:\s\s+|(?<=:)\s)(\S.*)$/i.exec(line));
  if (lines.length === 0 || rows.some((row) => row === null)) return undefined;
  // One line of hex may well begin with eight digits and two spaces.
  if (rows.length === 1 && rows[0]?.[1] !== ':' && !ended) return undefined;
  return rows.map((row) => {
    const columns = row?.[2]?.split(/\s{3,}|\s\|/)[0] ?? '';
    const bytes = /^(?:[0-9a-f]{2}\s{0,2}){1,16}/i.exec(columns)?.[0] ?? '';
    return bytes.replace(/\s+/g, '');
  });
}

/**
 * To a decoder any word of four letters is base64. So it must be that of a packet, two bytes or more, end as an encoder ends
 * it, and hold a capital or a digit: of packets with n characters fewer than one in 2^n have none.
 */
function base64(text: string, digits: string): Uint8Array {
  const packed = text.replace(/\s+/g, '').replace(/-/g, '+').replace(/_/g, '/');
  const bare = packed.replace(/=+$/, '');
  const alike = /^[A-Za-z0-9+/]{3,}$/.test(bare) && /[A-Z0-9]/.test(bare);
  const whole = bare + '='.repeat(-bare.length & 3);
  if (alike && (packed === bare || packed === whole) && bare.length % 4 !== 1 && reencoded(whole) === whole) {
    return Uint8Array.from(atob(whole), (character) => character.charCodeAt(0));
  }
  const odd = /[^0-9a-f]/i.exec(digits)?.[0] ?? '';
  const place = `${JSON.stringify(odd)} stands at character ${text.indexOf(odd) + 1}`;
  const near = alike && bare.length > 8 ? ', and as base64 it is cut off or padded wrongly' : '';
  throw new InputError(`neither hex nor base64: ${place}${near}`);
}

/** Bits that an encoder leaves 0 are lost here. */
function reencoded(packed: string): string {
  return btoa(atob(packed));
}
