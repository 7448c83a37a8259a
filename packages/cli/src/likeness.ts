/**
 * The known words that are like a mistyped one, the nearest first. Likeness is the share of letter pairs that both words have (0 to 1,
 * the longer word counts); words of `floor` or less are left out.
 */
export function nearest(text: string, known: Iterable<string>, floor = 0.25): string[] {
  const wanted = pairs(text);
  return [...known]
    .map((word) => ({ word, likeness: atOnce(text, word) ?? likeness(wanted, pairs(word)) }))
    .filter(({ likeness }) => likeness > floor)
    .sort((a, b) => b.likeness - a.likeness)
    .map(({ word }) => word);
}

/** Likeness that needs no pairs: the same letters in another order, or the beginning of the word. */
function atOnce(text: string, word: string): number | undefined {
  const isBeginning = text.length > 1 && word.startsWith(text.toLowerCase());
  return isBeginning || letters(word) === letters(text) ? SWAPPED : undefined;
}

/** Likeness of a word with the same letters in another order: two swapped letters change most of the pairs of a short word. */
const SWAPPED = 0.75;

function letters(word: string): string {
  return [...word.toLowerCase()].sort().join('');
}

function pairs(word: string): ReadonlySet<string> {
  return new Set([...word.toLowerCase()].map((letter, at, all) => letter + (all[at + 1] ?? '')));
}

function likeness(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  return [...other].filter((pair) => one.has(pair)).length / Math.max(one.size, other.size);
}

/** The end of a sentence: `; did you mean --id-scope?`, or nothing if no known word is near. */
export function didYouMean(text: string, known: Iterable<string>, prefix = ''): string {
  const [word] = nearest(text.slice(text.startsWith(prefix) ? prefix.length : 0), known);
  return word === undefined ? '' : `; did you mean ${prefix}${word}?`;
}
