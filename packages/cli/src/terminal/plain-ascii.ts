/** The signs that we print, in ASCII. Every other character is written as its code, which a reader can look up. */
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

/** A text in ASCII: our own signs by similar ones, other characters as `\u{1f600}`. */
export function plainAscii(text: string): string {
  return text.replace(/[^\0-\x7f]/gu, (sign) => {
    if (Object.hasOwn(SIGNS, sign)) return SIGNS[sign]!;
    return `\\u{${sign.codePointAt(0)!.toString(16)}}`;
  });
}

/** JSON in ASCII: other characters as `\ud83d\ude00`, which every reader of JSON understands. */
export function asciiJson(text: string): string {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Serial consoles, and terminals that are older than UTF-8. */
const OLD_TERMINALS = /^(?:dumb|vt\d|ansi|cons25|sun|xterm-old)/;

/**
 * Whether locale (POSIX: LC_ALL before LC_CTYPE before LANG) or TERM ask for ASCII. Most containers set no locale, and are used from a
 * terminal with UTF-8; so without a locale it is UTF-8.
 */
export function wantsAscii(environment: Readonly<Record<string, string | undefined>>): boolean {
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  return OLD_TERMINALS.test(environment['TERM'] ?? '') || (locale !== '' && !/utf-?8/i.test(locale));
}
