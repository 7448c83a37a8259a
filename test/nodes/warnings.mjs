/** Warnings that tests bring about on purpose. */
const WANTED = [/Setting the NODE_TLS_REJECT_UNAUTHORIZED environment variable to '0' makes TLS connections/];

/** Of the text that NODE_REDIRECT_WARNINGS gathers: what no test asked for, each once, with its stack. */
export function warningsIn(text) {
  const blocks = text.split(/^(?=\(node:\d+\) )/m).filter((block) => block.trim() !== '');
  const found = blocks
    .map((block) => block.replace(/^\(node:\d+\) /, '').trimEnd())
    .filter((block) => !/^\(Use `node /.test(block) && !WANTED.some((wanted) => wanted.test(block)));
  return [...new Set(found)];
}

/** Of the last line `N passed, N failed`, with `, N skipped` or without; undefined when there is none. */
export function countsOf(output) {
  const counts = [...output.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1);
  if (counts === undefined) return undefined;
  const [, passed, failed, skipped = 0] = counts.map(Number);
  return { passed, failed, skipped: skipped || 0 };
}
