import { arePackets } from '../framing.ts';
import { countNote } from '../reading.ts';
import { storedBytes } from './assembler.ts';
import type { Candidate } from './candidate.ts';
import { plainElements, type TokenReading, tokenReadings } from './number-tokens.ts';

/** One element of a list: a cast, then a character or a number with the prefixes and suffixes of all languages. */
const TOKEN = String.raw`(?:\(\s*(?:unsigned\s+)?(?:s?byte|char|u?int8(?:_t)?|[ui]8)\s*\)\s*)?(?:[bL]?'(?:\\.[0-9a-f]{0,2}|[^'\\])'|0b[01]{1,4}[_'][01]{4}|0o[0-7]{1,3}|(?:0x|\\x|&h|\$|#|16#|0b|-)?[0-9a-f]+(?:h|_?[ui](?:8|16|32|64|size)|u?l{1,2}|uy?|n|\.to\w+\(\))?)`;
/** How a log cuts a list: `... 55 more items`, `...+55 more`. What follows after a cut in the middle is not read. */
const CUT = String.raw`(?:[,;]?\s*(?:\.\.\.|…)\s*(?:\(?\s*\+?(\d+)\s+more\b)?[^\])}>]*)?(?:,?\s*buffer:[^\]]*)?`;
/** A list in brackets, of which the last may be missing. The words around it name the language and the type, and are not needed. */
const LIST = new RegExp(String.raw`[[({<]\|?\s*(${TOKEN}(?:[\s,;]+${TOKEN})*)[\s,;]*${CUT}\s*\|?(?:[\])}>]|$)`, 'gi');
const TOKENS = new RegExp(TOKEN, 'gi');
const BARE = new RegExp(String.raw`^[\s,;]*${TOKEN}(?:[\s,;]+${TOKEN})*[\s,;]*$`, 'i');

/**
 * Reads lists such as `{0x20, 2}`, `[32 2 0 5]`, `Uint8Array(4) [ 32, 2, 0, 5 ]`, `(byte) 0x20, …`, `.byte 32, 2`. Each list in brackets is
 * a piece.
 */
export function listCandidates(text: string): Candidate[] {
  const stored = storedBytes(text);
  const assembled = stored === undefined ? [] : bareCandidates(stored);
  if (assembled.length > 0) return assembled;
  const code = plainElements(withoutComments(text));
  const lists = Array.from(code.matchAll(LIST), ({ 1: tokens = '', 2: more, 0: whole, index }) => {
    const cut = /\.\.\.|…|[^\])}>]$/.test(whole);
    return {
      tokens: tokens.match(TOKENS) ?? [],
      commas: tokens.includes(','),
      more,
      cut,
      before: code.slice(0, index),
      prose: isProse(code, index, whole),
    };
  }).filter(({ tokens }) => tokens.length > 1 || (tokens.length === 1 && /^(?:0x|\\x)..../i.test(tokens[0] ?? '')));
  if (lists.length === 0) return bareCandidates(code);
  if (lists.some((list) => list.prose && !isPacket(list.tokens))) return [];
  const readings = lists.map(({ tokens }) => tokenReadings(tokens, true));
  if (readings.some((ways) => ways.length === 0)) return [];
  const notes = lists.flatMap((list, index) => notesOf(list, readings[index]?.[0]?.bytes.length ?? 0));
  const radices = new Set(readings.flatMap((ways) => ways.map(({ radix }) => radix)));
  return [...radices].flatMap((radix): Candidate[] => {
    const chosen = readings.map((ways) => ways.find((way) => way.radix === radix));
    if (chosen.some((way) => way === undefined))
      return radices.size > 1 && readings.length > 1 ? mixedLists(readings, notes) : [];
    return [
      candidate(
        chosen.filter((way) => way !== undefined),
        radix,
        notes,
      ),
    ];
  });
}

/**
 * Whether a list is part of a sentence, such as `(0, 5)` in a log: a round bracket after a blank, with words around it. Or a member of
 * JSON, which may be the payload of a packet.
 */
function isProse(code: string, start: number, list: string): boolean {
  const around =
    code.slice(Math.max(0, start - 200), start) + code.slice(start + list.length, start + list.length + 200);
  const before = code.slice(0, start).slice(-9);
  return (list.startsWith('(') && /(?:^|\s)$/.test(before) && /[a-z]{2}/i.test(around)) || /":\s*$/.test(before);
}

function isPacket(tokens: readonly string[]): boolean {
  return tokenReadings(tokens, true).some(({ bytes }) => arePackets(bytes));
}

/** Lists of one text that are written in different ways, each in its likeliest reading. */
function mixedLists(readings: readonly (readonly TokenReading[])[], notes: readonly string[]): Candidate[] {
  return [
    candidate(
      readings.flatMap(([first]) => (first === undefined ? [] : [first])),
      'mixed',
      notes,
    ),
  ];
}

function candidate(ways: readonly TokenReading[], radix: TokenReading['radix'], notes: readonly string[]): Candidate {
  return { format: LIST_NAMES[radix], pieces: ways.map(({ bytes }) => ({ bytes })), notes };
}

const LIST_NAMES: Readonly<Record<TokenReading['radix'], string>> = {
  hex: 'a list of hex bytes',
  decimal: 'a list of decimal bytes',
  octal: 'a list of octal bytes',
  binary: 'a list of bits',
  mixed: 'a list of bytes',
  words: 'words, low byte first',
};

interface List {
  readonly more: string | undefined;
  readonly cut: boolean;
  readonly before: string;
}

/** Notes if a log cut the list, or if a length that is written before it is another one. */
function notesOf({ more, cut, before }: List, count: number): string[] {
  if (cut) return [more === undefined ? 'the log cut the list' : `the log cut ${more} more bytes`];
  const said = /(?:\[|\()(\d+)(?:\]|\))\s*(?:\[Uint8Array\]\s*)?(?:PROGMEM\s*)?=?\s*$/.exec(before)?.[1];
  return countNote('list', said === undefined ? said : Number(said), count);
}

/** Lists without brackets. R writes an index before each line, Octave the numbers of the columns. */
function bareCandidates(code: string): Candidate[] {
  const bare = code.replace(/[.|:]|\\$/gm, ' ').replace(/^ *(?:\[\d+\](?= )|\w+ =$|Columns? \d.*)/gm, ' ');
  if (!BARE.test(bare) || /\.\.\.|…/.test(code)) return [];
  const tokens = bare.match(TOKENS) ?? [];
  if (tokens.length < 2 && !/^(?:0x|\\x)/i.test(tokens[0] ?? '')) return [];
  return tokenReadings(tokens, bare.includes(',')).map((way) => {
    const found = candidate([way], way.radix, []);
    return way.radix === 'hex' ? { ...found, format: 'hex' } : found;
  });
}

/** The text without comments of C and of shells. */
function withoutComments(text: string): string {
  const lines = text.split('\n').map((line) => {
    return withoutRemarks(line).replace(/(?:^|[\s,;{}\])])(?:\/\/|#\s).*$/, ' ');
  });
  return lines.join('\n').split('*/').map(beforeComment).join(' ');
}

/** A line without its comments. Wireshark writes the bytes as text into a comment, so that text may hold an end of one: the last counts. */
function withoutRemarks(line: string): string {
  if (!line.includes('/*')) return line;
  let bare = '';
  let at = 0;
  for (let end = 0; end >= 0; ) {
    const start = line.indexOf('/*', at);
    end = start < 0 ? -1 : line.indexOf('*/', start + 2);
    bare += end < 0 ? line.slice(at) : `${line.slice(at, start)} `;
    at = end + 2;
  }
  if (!bare.includes('*/')) return bare;
  const [start, end] = [line.indexOf('/*'), line.lastIndexOf('*/')];
  return end > start ? `${line.slice(0, start)} ${line.slice(end + 2)}` : line;
}

/** The text before a comment that ends at the end of this part. */
function beforeComment(part: string, index: number, parts: readonly string[]): string {
  const start = part.indexOf('/*');
  return start < 0 || index === parts.length - 1 ? part : part.slice(0, start);
}
