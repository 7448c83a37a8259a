/** The known words that share the most with one that was mistyped, the nearest first; none when nothing is near: less than `floor` is shared. */
export function nearest(text: string, known: Iterable<string>, floor = 0.25): string[] {
  const wanted = pairs(text);
  return [...known]
    .map((word) => ({ word, likeness: letters(word) === letters(text) ? SWAPPED : likeness(wanted, pairs(word)) }))
    .filter(({ likeness }) => likeness > floor)
    .sort((a, b) => b.likeness - a.likeness)
    .map(({ word }) => word);
}

/** Of a word with the same letters in another order: two that were swapped break most pairs of a short one. */
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

/** `; did you mean --id-scope?`, or nothing. */
export function didYouMean(text: string, known: Iterable<string>, prefix = ''): string {
  const [word] = nearest(text.slice(text.startsWith(prefix) ? prefix.length : 0), known);
  return word === undefined ? '' : `; did you mean ${prefix}${word}?`;
}
