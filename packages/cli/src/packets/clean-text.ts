// biome-ignore-start lint/suspicious/noControlCharactersInRegex: escapes of a terminal begin with control characters
/** Escape sequences of terminals: colours, cursor moves, titles, links, character sets. */
const TERMINAL =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]{0,4096}(?:\u0007|\u001b\\)|\u001b[()*+][0-9A-Za-z]|\u001b[=>78cM]/g;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: escapes of a terminal begin with control characters

/** A text without escape sequences: people copy logs with their colours. */
export const withoutTerminalEscapes = (text: string): string =>
  text.includes('\u001b') || text.includes('\u009b') ? text.replace(TERMINAL, '') : text;

/** A text without byte order mark, CR, escape sequences and zero-width characters, with plain blanks, and without the
 * bytes that `hexdump -e` leaves blank in its last row. It never changes bytes in it. */
export function cleaned(text: string): string {
  return withoutTerminalEscapes(text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n'))
    .replace(/[\u00a0\u2007\u202f│┃┊]/g, ' ')
    .replace(/[\u200b\u2060]/g, '')
    .replace(CHARACTER, '')
    .replace(/0x {2},/g, '')
    .replace(/\{length = \d+, bytes = 0x([^{}]*)\}/g, '<$1>')
    .replace(REPEATED, (_written, element: string, times: string) => Array(Number(times)).fill(element).join(', '));
}

/** GDB writes the character after its number: `50 '2'`. */
const CHARACTER = /(?<=[\t {]-?\d{1,3}) '(?:\\[0-7]{3}|\\?[^\\])'(?=[\t\n,}]| <rep|$)/g;
/** GDB writes equal elements once: `0x0 <repeats 7 times>`. */
const REPEATED = /('(?:\\[0-7]{1,3}|\\.|[^'\\])'|0x[0-9a-f]{1,2}|\b\d{1,3}) <repeats (\d{1,5}) times>/gi;

/**
 * Takes back what word processors, web pages and chat programs do to a text: other dashes, quotes and digits, invisible characters, tags
 * and entities. And what serial monitors write before each line: `12:00:01.123 -> `. It is tried only if the text as it is cannot be read,
 * since all of these may be bytes of a string.
 */
export function plainer(text: string): string {
  return text
    .replace(/^[\d:.]+ -?> /gm, '')
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/\p{Cf}/gu, '')
    .replace(/[‐‑‒–—−]/g, '-')
    .replace(/[“”„«»]/g, '"')
    .replace(/[‘’‚]/g, "'")
    .replace(/<br *\/?>/gi, ' ')
    .replace(/<\/?[a-z][^<>]*>/gi, '\n')
    .replace(/&#x([0-9a-f]{1,2});/gi, '0x$1 ')
    .replace(/&#(\d{1,3});/g, '$1 ')
    .replace(/&(?:lt|gt|quot|amp|nbsp);/gi, ' ')
    .replace(/=([0-9a-f]{2})(?==|\s*$)/gi, '0x$1 ')
    .replace(/(?<=\b[0-9a-f]{2})[/\\+'](?=[0-9a-f]{2}\b)/gi, ' ');
}
