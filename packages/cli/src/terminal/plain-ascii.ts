/** What signs of ours are in ASCII. Anything else is written as its code, which a reader can look up. */
const SIGNS: Readonly<Record<string, string>> = {
  '✔': '+',
  '✖': 'x',
  '•': '*',
  '●': '*',
  '·': '-',
  '–': '-',
  '—': '-',
  '…': '...',
  '→': '>',
  '←': '<',
  '▶': '>',
  '◀': '<',
  '↻': '~',
  '│': '|',
  '├': '|',
  '┤': '|',
  '─': '-',
  '“': '"',
  '”': '"',
  '‘': "'",
  '’': "'",
  '×': 'x',
};

/** A text for a terminal that knows no more than ASCII. */
export function plainAscii(text: string): string {
  return text.replace(/[^\0-\x7f]/gu, (sign) => {
    if (Object.hasOwn(SIGNS, sign)) return SIGNS[sign]!;
    return `\\u{${sign.codePointAt(0)!.toString(16)}}`;
  });
}

/** The same for JSON, where it is an escape. */
export function asciiJson(text: string): string {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Serial consoles, and terminals of before UTF-8. */
const OLD_TERMINALS = /^(?:dumb|vt\d|ansi|cons25|sun|xterm-old)/;

/**
 * Whether the locale (POSIX: LC_ALL before LC_CTYPE before LANG) or TERM asks for it. Where no locale is set at all, as in most
 * containers, the terminal on the other side knows UTF-8.
 */
export function wantsAscii(environment: Readonly<Record<string, string | undefined>>): boolean {
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  return OLD_TERMINALS.test(environment['TERM'] ?? '') || (locale !== '' && !/utf-?8/i.test(locale));
}
