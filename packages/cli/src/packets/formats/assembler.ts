import { literalBytes } from './string-escapes.ts';

/**
 * A directive, and what it stores up to the comment: numbers, characters and strings. A `db` behind two hex digits and a blank is a byte of
 * a dump, as in `2f db 82`.
 */
const DIRECTIVE =
  /(?:^|(?<!\b[\da-f]{2})[ \t]|[.:])(byte|db|dc\.b|dcb|fcb|defb|ascii|asciz|string)[ \t]+((?:"(?:\\.|[^"\\])*"|'\\?.'|[^"';@!#/]|#(?=[$\w])|\/(?![/*]))+)/i;
const TEXT = /"((?:\\.|[^"\\])*)"/g;

/**
 * The bytes that an assembler source stores, as a list: labels, other directives and comments are left out. A string is its characters,
 * and after `.string` and `.asciz` a zero. Undefined if no line has a directive.
 */
export function storedBytes(code: string): string | undefined {
  const stored = code.split('\n').flatMap((line) => {
    const [, directive = '', written] = DIRECTIVE.exec(line) ?? [];
    if (written === undefined) return [];
    const end = /^(?:string|asciz)$/i.test(directive) ? ',0' : '';
    return [
      written
        .trim()
        .replace(/,$/, '')
        .replace(TEXT, (_text, content: string) => codesOf(content) + end),
    ];
  });
  return stored.length === 0 ? undefined : stored.join(',');
}

const codesOf = (content: string): string =>
  literalBytes(content, { numbers: 'octal', characters: 'utf-8' })?.join() ?? content;
