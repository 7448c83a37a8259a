import type { Words } from './explain.ts';

/** Gives an error these words in place of its own. The stack begins with the message from before, so it is replaced there, too. */
export function reword(error: Error, words: Words): void {
  const { message, stack } = error;
  Object.assign(error, words, { stack: stack?.replace(message, () => words.message) });
}
