import { unpainted } from './paint.ts';

/** Narrower than this nobody reads: a terminal that says so is not believed. */
const LEAST = 20;

/**
 * A text on lines of at most `width` columns, broken at spaces; what follows the first line is indented by `indent` columns. A word
 * that is longer than a line keeps a line of its own.
 */
export function wrapped(text: string, width: number, indent: number = leadingSpaces(text)): string[] {
  if (unpainted(text).length <= width || width < LEAST) return [text];
  const lines: string[] = [];
  const margin = ' '.repeat(Math.min(indent, width - LEAST / 2));
  let line = text.slice(0, leadingSpaces(text));
  let isEmpty = true;
  for (const word of text.trimStart().split(' ')) {
    const longer = isEmpty ? `${line}${word}` : `${line} ${word}`;
    if (isEmpty || unpainted(longer).length <= width) line = longer;
    else {
      lines.push(line);
      line = margin + word;
    }
    isEmpty = false;
  }
  return [...lines, line];
}

function leadingSpaces(text: string): number {
  return text.length - text.trimStart().length;
}
