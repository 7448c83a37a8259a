import { type OptionWords, optionSentence } from './sentence.ts';

/**
 * Makes a sentence of an `invalid-options` message. For an unknown option it names the known one that differs by case or one or two
 * letters.
 */
export function optionSentenceNear(message: string, words: OptionWords): string {
  const [, name] = /^(?:hub\.)?([\w.]+): no such option$/.exec(message) ?? [];
  if (name === undefined) return optionSentence(message, words);
  const [near, letters] = Object.keys(words)
    .map((known) => [known, distance(known.toLowerCase(), name.toLowerCase())] as const)
    .reduce((best, other) => (other[1] < best[1] ? other : best));
  // A known option is none only in an entry whose transports are values.
  if (near === name) return `${message} here: the proxy of a transport is given by throughProxy(transport, url)`;
  return letters < 3 ? `${message}; is ${near.replace(/.*\./, '')} meant?` : message;
}

/** Number of letters to insert, remove or change between two words (Levenshtein distance). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (let j = 1; j <= to.length; j++)
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (to[j - 1] === letter ? 0 : 1)));
    row = next;
  }
  return row[to.length]!;
}
