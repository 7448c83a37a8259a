import { unpainted } from './paint.ts';

/** Columns. A terminal that says that it is narrower is not believed, and lines are not wrapped. */
const LEAST = 20;

/** Columns by which the second column of a table is indented below the first, where there is no room beside it. */
const BELOW = 4;

/**
 * Breaks a text at blanks into lines of at most `width` columns. All lines but the first are indented by `indent` columns. A word that is
 * longer than a line is not broken: it gets a line of its own. If `indent` is where the second column of a table begins, and that one
 * would be narrow or too narrow for a word, it goes below the first.
 */
export function wrapped(text: string, width: number, indent: number = leadingSpaces(text)): string[] {
  if (width < LEAST || width === Number.POSITIVE_INFINITY) return [text];
  const visible = unpainted(text);
  if (visible.length <= width) return [text];
  const lead = leadingSpaces(text);
  const below = lead + BELOW;
  const isTable = indent > below && visible[indent - 1] === ' ' && visible.slice(lead, indent).trim() !== '';
  const longest = isTable
    ? visible
        .slice(indent)
        .split(' ')
        .reduce((most, { length }) => Math.max(most, length), 0)
    : 0;
  const isBelow = isTable && (indent > width / 2 || (longest > width - indent && longest <= width - below));
  const margin = ' '.repeat(isBelow ? below : Math.min(indent, width - LEAST / 2));
  const lines: string[] = [];
  let line = text.slice(0, lead);
  let isEmpty = true;
  let column = lead;
  for (const word of text.slice(lead).split(' ')) {
    const longer = isEmpty ? `${line}${word}` : `${line} ${word}`;
    const isSecond = isBelow && lines.length === 0 && column >= indent;
    if (!isSecond && (isEmpty || unpainted(longer).length <= width)) line = longer;
    else {
      lines.push(line.trimEnd());
      line = margin + word;
    }
    isEmpty = false;
    column += unpainted(word).length + 1;
  }
  return [...lines, line];
}

function leadingSpaces(text: string): number {
  return text.length - text.trimStart().length;
}
