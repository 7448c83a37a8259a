import { unpainted } from './paint.ts';

/** Columns. A terminal that says that it is narrower is not believed, and lines are not wrapped. */
const LEAST = 20;

/**
 * Breaks a text at blanks into lines of at most `width` columns. All lines but the first are indented by `indent` columns. A word that is
 * longer than a line is not broken: it gets a line of its own.
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
