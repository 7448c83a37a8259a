/**
 * Characters that a reader does not see, or that move what he sees: controls (C0, DEL, C1), format characters (direction marks,
 * zero-width ones, tags), lone halves of a surrogate pair, private and unassigned ones, and separators of lines and paragraphs.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{DI}\p{NChar}]/gu;

/** A text on one line, with every character written out that could move the reader's cursor or hide: `\u001b`, `\u{e0041}`. */
export function escaped(text: string): string {
  return text.replace(UNSEEN, (mark) => {
    const hex = mark.codePointAt(0)!.toString(16);
    return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
  });
}

/** What a peer, a file or a caller said, fit for a terminal: escaped, and cut after `most` UTF-16 units with a count of the rest. */
export function printable(text: string, most = 300): string {
  if (text.length <= most) return escaped(text);
  // A pair is not cut in two.
  const end = /[\ud800-\udbff]/.test(text[most - 1]!) ? most - 1 : most;
  return `${escaped(text.slice(0, end))}… (${text.length - end} more characters)`;
}

/** `JSON.stringify` leaves DEL, C1 controls, direction marks and the like as they are; here they are escapes of JSON. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(UNSEEN, (mark) =>
    mark.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}
