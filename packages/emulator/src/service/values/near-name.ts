/** ` Did you mean "x"?`, with a space in front, when a known name is similar to this one. Otherwise empty. */
export function didYouMean(name: string, known: readonly string[]): string {
  const near = nearName(name, known);
  return near === undefined ? '' : ` Did you mean "${near}"?`;
}

/** The known name that this one abbreviates, or that differs only by case, separators, and about one letter in four. */
export function nearName(name: string, known: readonly string[]): string | undefined {
  const wanted = plain(name);
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const begins = wanted.length >= SHORTEST_BEGINNING && plain(candidate).startsWith(wanted);
    const edits = editDistance(wanted, plain(candidate));
    const allowed = Math.max(1, Math.floor(candidate.length / 4));
    // A beginning counts for less than the same name with one letter wrong.
    const distance = begins ? Math.min(edits, BEGINNING) : edits;
    if ((begins || distance <= allowed) && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) {
      best = { name: candidate, distance };
    }
  }
  return best?.name;
}

/** Fewer letters than these are the beginning of too many names. */
const SHORTEST_BEGINNING = 4;
/** The distance that a beginning counts for: more than one wrong letter, less than two. */
const BEGINNING = 1.5;

/** Letters that are compared. A name in the JSON of a caller may have any length, and the time grows with it. */
const LONGEST_NAME = 64;

const plain = (name: string): string =>
  name
    .slice(0, LONGEST_NAME)
    .toLowerCase()
    .replace(/[-_ .]/g, '');

/** Number of letters to insert, delete, replace, or swap with the next one (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  let before = row;
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swapped = isSwap ? (before[j - 2] ?? 0) + 1 : replaced;
      next.push(Math.min(replaced, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[to.length] ?? 0;
}
