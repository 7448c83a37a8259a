/**
 * Characters that are invisible, or that move other characters: controls (C0, DEL, C1), format characters (direction marks,
 * zero-width ones, tags), halves of a surrogate pair, private and unassigned ones, line and paragraph separators.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{DI}\p{NChar}]/gu;

/**
 * Returns a text on one line, with the characters above written as escapes: `\u001b`, `\u{e0041}`.
 *
 * @example
 * escaped('a\u001bb\n'); // 'a\\u001bb\\u000a'
 */
export function escaped(text: string): string {
  return text.replace(UNSEEN, (mark) => {
    const hex = mark.codePointAt(0)!.toString(16);
    return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
  });
}

/**
 * Makes a text of a peer, file or caller safe for a terminal: escaped, and cut after `most` UTF-16 units, with the number of the rest.
 *
 * @example
 * printable('x'.repeat(2000), 3); // 'xxx… (1997 more characters)'
 */
export function printable(text: string, most = 300): string {
  if (text.length <= most) return escaped(text);
  // A surrogate pair is not cut in two.
  const end = /[\ud800-\udbff]/.test(text[most - 1]!) ? most - 1 : most;
  return `${escaped(text.slice(0, end))}… (${text.length - end} more characters)`;
}

/**
 * Like JSON.stringify, but DEL, C1 controls, direction marks and the like become escapes of JSON, too.
 *
 * @example
 * jsonText({ a: '\u009b' }); // '{"a":"\\u009b"}'
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(UNSEEN, (mark) =>
    mark.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}
